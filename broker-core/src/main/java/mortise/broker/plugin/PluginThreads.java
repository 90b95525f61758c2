package mortise.broker.plugin;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import mortise.broker.runtime.Execution;
import org.jspecify.annotations.Nullable;

/** The threads of one plugin: those that it was given, and those that carry its class loader. */
final class PluginThreads {
    /** Of the pool that a whole process shares; who first needs one of its threads is chance. */
    private static final String OF_THE_COMMON_POOL = "ForkJoinPool.commonPool-";

    private final String pluginName;
    private final @Nullable ClassLoader loader;
    private final @Nullable Execution execution;
    private final Set<Thread> given = Collections.synchronizedSet(newWeakSet());

    PluginThreads(String pluginName, @Nullable ClassLoader loader, Execution execution) {
        this(pluginName, loader, Optional.of(execution));
    }

    private PluginThreads(
            String pluginName, @Nullable ClassLoader loader, Optional<Execution> execution) {
        this.pluginName = pluginName;
        this.loader = loader;
        this.execution = execution.orElse(null);
    }

    /** Those of a plugin that is given none. */
    static PluginThreads none(String pluginName) {
        return new PluginThreads(pluginName, null, Optional.empty());
    }

    private static Set<Thread> newWeakSet() {
        return Collections.newSetFromMap(new WeakHashMap<>());
    }

    ThreadFactory factory(String role) {
        ThreadFactory named = execution().threads(pluginName + "-" + role);
        return task -> {
            Thread thread = named.newThread(task);
            if (loader != null) {
                thread.setContextClassLoader(loader);
            }
            given.add(thread);
            return thread;
        };
    }

    /** A serial executor whose tasks have the plugin's class loader as context. */
    Executor serial(String role) {
        Executor serial = execution().serial(pluginName + "-" + role);
        return loader == null ? serial : task -> serial.execute(() -> inContext(loader, task));
    }

    private static void inContext(ClassLoader loader, Runnable task) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            task.run();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    private Execution execution() {
        if (execution == null) {
            throw new IllegalStateException("plugin '" + pluginName + "' has no threads to give");
        }
        return execution;
    }

    /**
     * The names of threads that still run after {@code patience}, when none should. Once one was
     * waited for in vain, no other is.
     */
    List<String> leftAfter(Duration patience) {
        List<Thread> left = alive();
        Duration wait = patience;
        for (Thread thread : left) {
            try {
                if (!thread.join(wait)) {
                    wait = Duration.ZERO;
                }
            } catch (InterruptedException hurried) {
                Thread.currentThread().interrupt();
                break;
            }
        }
        return left.stream().filter(Thread::isAlive).map(Thread::getName).sorted().toList();
    }

    private List<Thread> alive() {
        Stream<Thread> own;
        synchronized (given) {
            own = List.copyOf(given).stream();
        }
        Stream<Thread> inherited =
                loader == null
                        ? Stream.empty()
                        : Thread.getAllStackTraces().keySet().stream()
                                .filter(thread -> loader.equals(thread.getContextClassLoader()))
                                .filter(thread -> !thread.getName().startsWith(OF_THE_COMMON_POOL));
        return Stream.concat(own, inherited)
                .filter(Thread::isAlive)
                .filter(thread -> thread != Thread.currentThread())
                .distinct()
                .toList();
    }
}
