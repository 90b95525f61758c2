package mortise.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URL;
import java.net.URLClassLoader;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import mortise.api.Clock;
import mortise.api.metrics.Metrics;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** The broker's threads are the same whoever first needs them: here a plugin, in a call. */
class NamedThreadsTest {
    private static final InheritableThreadLocal<String> OF_THE_PLUGIN =
            new InheritableThreadLocal<>();

    /** What a thread carries. */
    private record Carried(ClassLoader loader, String local) {
        static Carried now() {
            return new Carried(
                    Thread.currentThread().getContextClassLoader(),
                    String.valueOf(OF_THE_PLUGIN.get()));
        }
    }

    private interface Starting {
        void start(CompletableFuture<Carried> carried);
    }

    private static Carried whatAThreadCarriesThatIsStartedInACallOfAPlugin(Starting starting)
            throws Exception {
        CompletableFuture<Carried> carried = new CompletableFuture<>();
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader plugins = new URLClassLoader(new URL[0], before)) {
            OF_THE_PLUGIN.set("left behind");
            Thread.currentThread().setContextClassLoader(plugins);
            starting.start(carried);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
            OF_THE_PLUGIN.remove();
        }
        return carried.get(1, TimeUnit.MINUTES);
    }

    @Test
    void noThreadCarriesTheClassLoaderOrTheLocalsOfWhoFirstNeededIt() throws Exception {
        Carried own = new Carried(NamedThreads.class.getClassLoader(), "null");
        Failures failures =
                Failures.in(
                        Metrics.discarding(),
                        Clock.system(),
                        LoggerFactory.getLogger(NamedThreadsTest.class));
        VirtualThreads virtual = new VirtualThreads("opening", 1);
        List<Starting> all =
                List.of(
                        carried ->
                                new NamedThreads("drain")
                                        .newThread(() -> carried.complete(Carried.now()))
                                        .start(),
                        carried ->
                                virtual.run("opening", () -> carried.complete(Carried.now()))
                                        .toCompletableFuture()
                                        .join(),
                        carried ->
                                new SerialVirtualThread("controller", failures)
                                        .execute(() -> carried.complete(Carried.now())));
        for (Starting each : all) {
            assertThat(whatAThreadCarriesThatIsStartedInACallOfAPlugin(each)).isEqualTo(own);
        }
    }

    @Test
    void theThreadOfTimersIsTheBrokersThoughAPluginSchedulesFirst() throws Exception {
        try (SystemTimers timers =
                new SystemTimers(new NamedThreads("timer"), Clock.system(), Metrics.discarding())) {
            assertThat(
                            whatAThreadCarriesThatIsStartedInACallOfAPlugin(carried ->
                                    timers.schedule(
                                            Duration.ZERO, () -> carried.complete(Carried.now()))))
                    .isEqualTo(new Carried(NamedThreads.class.getClassLoader(), "null"));
        }
    }
}
