package mortise.broker.runtime;

import java.time.Duration;
import java.util.List;
import mortise.api.Clock;
import org.jspecify.annotations.Nullable;

/**
 * A call on a virtual thread of its own. It is never interrupted, since an interrupt would close
 * files that it shares; one that does not return is left behind.
 */
record ThreadedCall(Thread thread, long begunNanos) implements UntrustedCalls.Begun {
    private static final Clock CLOCK = Clock.system();

    static ThreadedCall begin(String name, @Nullable ClassLoader loader, Runnable call) {
        Thread thread =
                Thread.ofVirtual().name(name).inheritInheritableThreadLocals(false).unstarted(call);
        thread.setContextClassLoader(loader == null ? ThreadedCall.class.getClassLoader() : loader);
        ThreadedCall begun = new ThreadedCall(thread, CLOCK.nanoTime());
        thread.start();
        return begun;
    }

    @Override
    public Duration elapsed() {
        return Duration.ofNanos(CLOCK.nanoTime() - begunNanos);
    }

    @Override
    public boolean endsWithin(Duration patience) {
        try {
            return thread.join(patience);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return !thread.isAlive();
        }
    }

    @Override
    public List<StackTraceElement> stack() {
        return List.of(thread.getStackTrace());
    }
}
