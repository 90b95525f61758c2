package mortise.broker.plugin;

import java.util.concurrent.atomic.LongAdder;
import mortise.api.Causes;
import mortise.api.Clock;
import org.jspecify.annotations.Nullable;

/**
 * What a broker notes of its calls into one plugin: how many, how long, how many failed. It also
 * sets the context class loader around them, for plugins whose classes are kept apart. Wait-free;
 * any thread.
 *
 * <p>A call is bracketed by {@link #enter}, {@link #now} and {@link #leave}, without a lambda, so
 * that nothing is allocated on the way to a log.
 */
final class PluginActivity {
    private final String title;
    private final @Nullable ClassLoader loader;
    private final Clock clock;
    private final LongAdder calls = new LongAdder();
    private final LongAdder nanos = new LongAdder();
    private final LongAdder failures = new LongAdder();

    PluginActivity(String title, @Nullable ClassLoader loader, Clock clock) {
        this.title = title;
        this.loader = loader;
        this.clock = clock;
    }

    /** What messages call the plugin. */
    String title() {
        return title;
    }

    /** The context class loader during calls; null if it stays what it is. */
    @Nullable ClassLoader loader() {
        return loader;
    }

    /** Makes the plugin's class loader the context; returns the one to restore. */
    @Nullable ClassLoader enter() {
        if (loader == null) {
            return null;
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        return before;
    }

    long now() {
        return clock.nanoTime();
    }

    /** Notes a call that ended, and restores the context class loader. */
    void leave(@Nullable ClassLoader before, long begunNanos) {
        calls.increment();
        nanos.add(clock.nanoTime() - begunNanos);
        leave(before);
    }

    /** Restores the context class loader after a question that is not counted as a call. */
    void leave(@Nullable ClassLoader before) {
        if (loader != null) {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** Notes that a call failed. */
    void failed() {
        failures.increment();
    }

    /** Notes that a call failed; returns how to say it. */
    String failed(String call, Throwable failure) {
        failed();
        return title + " failed in " + call + ": " + Causes.line(failure);
    }

    long calls() {
        return calls.sum();
    }

    long nanos() {
        return nanos.sum();
    }

    long failures() {
        return failures.sum();
    }
}
