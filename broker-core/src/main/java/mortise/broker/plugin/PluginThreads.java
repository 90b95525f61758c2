package mortise.broker.plugin;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import mortise.broker.runtime.NamedThreads;
import org.jspecify.annotations.Nullable;

/** The threads of one plugin: those that it was given, and those that carry its class loader. */
final class PluginThreads {
    /** Of the pool that a whole process shares; who first needs one of its threads is chance. */
    private static final String OF_THE_COMMON_POOL = "ForkJoinPool.commonPool-";

    private final String pluginName;
    private final @Nullable ClassLoader loader;
    private final Set<Thread> given = Collections.synchronizedSet(newWeakSet());

    PluginThreads(String pluginName, @Nullable ClassLoader loader) {
        this.pluginName = pluginName;
        this.loader = loader;
    }

    private static Set<Thread> newWeakSet() {
        return Collections.newSetFromMap(new WeakHashMap<>());
    }

    ThreadFactory factory(String role) {
        NamedThreads named = new NamedThreads(pluginName + "-" + role);
        return task -> {
            Thread thread = named.newThread(task);
            if (loader != null) {
                thread.setContextClassLoader(loader);
            }
            given.add(thread);
            return thread;
        };
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
