package mortise.broker.plugin;

import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mortise.api.Clock;
import mortise.api.config.ConfigType;
import org.jspecify.annotations.Nullable;

/**
 * A call into a plugin that may throw anything or never return: it runs on a virtual thread of its
 * own, with the plugin's class loader as context, and is waited for so long and no longer. A thread
 * that does not return is left behind; it is never interrupted, since an interrupt would close
 * files that it shares.
 *
 * @param <T> what the call returns
 */
final class GuardedCall<T extends @Nullable Object> {
    private static final Clock CLOCK = Clock.system();

    private final String plugin;
    private final String what;
    private final Duration limit;
    private final FutureTask<T> task;
    private final Thread thread;
    private final long begunNanos = CLOCK.nanoTime();

    private GuardedCall(
            String plugin, String what, Duration limit, FutureTask<T> task, Thread thread) {
        this.plugin = plugin;
        this.what = what;
        this.limit = limit;
        this.task = task;
        this.thread = thread;
    }

    /**
     * Calls, and waits.
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
        return begin(plugin, what, loader, limit, call, () -> {}).result();
    }

    /**
     * Calls, and does not wait.
     *
     * @param plugin whose call it is, for the thread's name and for messages: {@code storage plugin
     *     'local'}
     * @param what the call, for messages: {@code create}
     * @param loader the context class loader during the call; null for the broker's own
     * @param limit how long it may take
     * @param ended told, on the call's thread, when it has ended
     */
    static <T extends @Nullable Object> GuardedCall<T> begin(
            String plugin,
            String what,
            @Nullable ClassLoader loader,
            Duration limit,
            Callable<T> call,
            Runnable ended) {
        FutureTask<T> task =
                new FutureTask<>(call) {
                    @Override
                    protected void done() {
                        ended.run();
                    }
                };
        Thread thread =
                Thread.ofVirtual()
                        .name(plugin + " " + what)
                        .inheritInheritableThreadLocals(false)
                        .unstarted(task);
        thread.setContextClassLoader(loader == null ? GuardedCall.class.getClassLoader() : loader);
        GuardedCall<T> begun = new GuardedCall<>(plugin, what, limit, task, thread);
        thread.start();
        return begun;
    }

    /** How much of its time is left; not positive if that is over. */
    Duration left() {
        return limit.minusNanos(CLOCK.nanoTime() - begunNanos);
    }

    /** Whether it has returned or thrown, or does so while it is waited for. */
    boolean endsWithin(Duration patience) {
        try {
            return thread.join(patience);
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
            return task.isDone();
        }
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
        StackTraceElement[] stack = thread.getStackTrace();
        return stack.length == 0
                ? "it has ended since"
                : "it is at "
                        + Arrays.stream(stack)
                                .filter(frame -> !"java.base".equals(frame.getModuleName()))
                                .findFirst()
                                .orElse(stack[0]);
    }
}
