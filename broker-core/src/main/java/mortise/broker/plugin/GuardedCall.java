package mortise.broker.plugin;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mortise.api.config.ConfigType;
import org.jspecify.annotations.Nullable;

/**
 * A call into a plugin that may throw anything or never return: it runs on a thread of its own,
 * with the plugin's class loader as context, and is waited for so long and no longer. A thread that
 * does not return is left behind; it is a daemon and never interrupted, since an interrupt would
 * close files that it shares.
 */
final class GuardedCall {
    private GuardedCall() {}

    /**
     * Calls.
     *
     * @param plugin whose call it is, for the thread's name and for messages: {@code storage plugin
     *     'local'}
     * @param what the call, for messages: {@code create}
     * @param loader the context class loader during the call; null leaves it as it is
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
        FutureTask<T> task = new FutureTask<>(call);
        Thread thread = Thread.ofPlatform().daemon(true).name(plugin + " " + what).unstarted(task);
        if (loader != null) {
            thread.setContextClassLoader(loader);
        }
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException later) {
                    interrupted = true; // and the wait begins anew
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
                            + where(thread));
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

    private static String where(Thread hanging) {
        StackTraceElement[] stack = hanging.getStackTrace();
        return stack.length == 0 ? "it has ended since" : "it is at " + stack[0];
    }
}
