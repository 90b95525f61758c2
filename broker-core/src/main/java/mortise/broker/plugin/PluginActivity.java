package mortise.broker.plugin;

import java.util.concurrent.atomic.LongAdder;
import mortise.api.Causes;
import mortise.api.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Calls into one plugin, and what a broker notes of them: how many, how long, how many failed.
 * Around each the plugin's class loader is the context, for plugins whose classes are kept apart.
 * Wait-free; any thread.
 *
 * <p>What is called and what becomes of a failure are lambdas that never leave the method they are
 * handed to, so compiled code makes no objects of them.
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

    /**
     * A call into the plugin.
     *
     * @param <R> what it returns
     * @param <X> what its contract lets it throw beside unchecked exceptions
     */
    interface Call<R extends @Nullable Object, X extends Exception> {
        R make() throws X;
    }

    /** A call into the plugin that returns nothing. */
    interface Run<X extends Exception> {
        void make() throws X;
    }

    /** How a kind of plugin says that a call failed. */
    interface Failure<X extends Exception> {
        /**
         * The exception to throw instead.
         *
         * @param call the call's name
         * @param thrown what it threw: a runtime exception or an error
         */
        X of(String call, Throwable thrown);
    }

    /** What a kind of plugin answers where a call failed. */
    interface Fallback<R extends @Nullable Object, X extends Exception> {
        /**
         * Answers instead.
         *
         * @param call the call's name
         * @param thrown what it threw: a runtime exception or an error
         */
        R answer(String call, Throwable thrown) throws X;
    }

    /** What messages call the plugin. */
    String title() {
        return title;
    }

    /** The context class loader during calls; null if it stays what it is. */
    @Nullable ClassLoader loader() {
        return loader;
    }

    long now() {
        return clock.nanoTime();
    }

    /**
     * Makes a call, and counts it.
     *
     * @param name of the call, for messages
     */
    <R extends @Nullable Object, X extends Exception> R call(
            String name, Call<R, X> call, Failure<? extends X> failure) throws X {
        return callOr(
                name,
                call,
                (named, thrown) -> {
                    throw failure.of(named, thrown);
                });
    }

    /** The same for a call that returns nothing. */
    <X extends Exception> void run(String name, Run<X> run, Failure<? extends X> failure) throws X {
        this.<@Nullable Object, X>call(
                name,
                () -> {
                    run.make();
                    return null;
                },
                failure);
    }

    /** The same for a call whose failure has an answer. */
    <R extends @Nullable Object, X extends Exception> R callOr(
            String name, Call<R, X> call, Fallback<? extends R, X> fallback) throws X {
        long begun = clock.nanoTime();
        try {
            return ask(name, call, fallback);
        } finally {
            calls.increment();
            nanos.add(clock.nanoTime() - begun);
        }
    }

    /** The same without counting. */
    <R extends @Nullable Object, X extends Exception> R ask(
            String name, Call<R, X> call, Fallback<? extends R, X> fallback) throws X {
        ClassLoader before = enter();
        try {
            return call.make();
        } catch (RuntimeException | Error thrown) {
            return fallback.answer(name, thrown);
        } finally {
            leave(before);
        }
    }

    /** Makes the plugin's class loader the context; returns the one to restore. */
    private @Nullable ClassLoader enter() {
        if (loader == null) {
            return null;
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        return before;
    }

    private void leave(@Nullable ClassLoader before) {
        if (loader != null) {
            Thread.currentThread().setContextClassLoader(before);
        }
    }

    /** Notes that a call failed. */
    void failed() {
        failures.increment();
    }

    /**
     * Notes that a call failed; returns how to say it.
     *
     * @throws Error one that is not the plugin's alone: neither of linkage nor of an assertion nor
     *     of a stack that is too deep
     */
    String failed(String call, Throwable failure) {
        switch (failure) {
            case LinkageError _, StackOverflowError _, AssertionError _ -> {}
            case Error fatal -> throw fatal;
            default -> {}
        }
        return noted(call, failure);
    }

    /** Notes that a call failed, whatever it threw; returns how to say it. */
    String noted(String call, Throwable failure) {
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
