package mortise.broker.plugin;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mortise.api.config.ConfigType;
import mortise.broker.runtime.UntrustedCalls;
import org.jspecify.annotations.Nullable;

/**
 * A call into a plugin that may throw anything or never return: it is made aside, with the plugin's
 * class loader as context, and is waited for so long and no longer.
 *
 * @param <T> what the call returns
 */
final class GuardedCall<T extends @Nullable Object> {
    private final String plugin;
    private final String what;
    private final Duration limit;
    private final FutureTask<T> task;
    private final UntrustedCalls.Begun begun;

    private GuardedCall(
            String plugin,
            String what,
            Duration limit,
            FutureTask<T> task,
            UntrustedCalls.Begun begun) {
        this.plugin = plugin;
        this.what = what;
        this.limit = limit;
        this.task = task;
        this.begun = begun;
    }

    /**
     * Calls on a thread of its own, and waits.
     *
     * @throws RefusedPluginException if it takes too long
     * @throws Exception what the call throws
     */
    static <T extends @Nullable Object> T run(
            String plugin,
            String what,
            @Nullable ClassLoader loader,
            Duration limit,
            Callable<T> call)
            throws Exception {
        return begin(
                        new Callee(plugin, loader, UntrustedCalls.ON_VIRTUAL_THREADS),
                        what,
                        limit,
                        call,
                        () -> {})
                .result();
    }

    /**
     * Whose call it is, and how it is made.
     *
     * @param title for the thread's name and for messages: {@code storage plugin 'local'}
     * @param loader the context class loader during the call; null for the broker's own
     * @param calls where it is made
     */
    record Callee(String title, @Nullable ClassLoader loader, UntrustedCalls calls) {}

    /**
     * Calls, and does not wait.
     *
     * @param what the call, for messages: {@code create}
     * @param limit how long it may take
     * @param ended told, wherever the call was made, when it has ended
     */
    static <T extends @Nullable Object> GuardedCall<T> begin(
            Callee callee, String what, Duration limit, Callable<T> call, Runnable ended) {
        FutureTask<T> task =
                new FutureTask<>(call) {
                    @Override
                    protected void done() {
                        ended.run();
                    }
                };
        return new GuardedCall<>(
                callee.title(),
                what,
                limit,
                task,
                callee.calls().begin(callee.title() + " " + what, callee.loader(), task));
    }

    /** How much of its time is left; not positive if that is over. */
    Duration left() {
        return limit.minus(begun.elapsed());
    }

    /** Whether it has returned or thrown, or does so while it is waited for. */
    boolean endsWithin(Duration patience) {
        return begun.endsWithin(patience);
    }

    /**
     * Waits for what it returns, for as long as it may take.
     *
     * @throws RefusedPluginException if it takes too long
     * @throws Exception what the call throws
     */
    T result() throws Exception {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get(Math.max(left().toNanos(), 0), TimeUnit.NANOSECONDS);
                } catch (InterruptedException later) {
                    interrupted = true;
                }
            }
        } catch (TimeoutException hanging) {
            throw new RefusedPluginException(
                    plugin
                            + " did not return from "
                            + what
                            + " within "
                            + ConfigType.DURATION.format(limit)
                            + "; "
                            + where());
        } catch (ExecutionException failure) {
            switch (failure.getCause()) {
                case Exception thrown -> throw thrown;
                case Error thrown -> throw thrown;
                case null, default -> throw failure;
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Where it is now: the plugin's own line, rather than the one of Java that it waits in. */
    String where() {
        List<StackTraceElement> stack = begun.stack();
        return stack.isEmpty()
                ? "it has ended since"
                : "it is at "
                        + stack.stream()
                                .filter(frame -> !"java.base".equals(frame.getModuleName()))
                                .findFirst()
                                .orElse(stack.getFirst());
    }
}
