package mortise.junit.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import mortise.junit.engine.BrokerOrder;
import mortise.junit.engine.HostedBroker;

/**
 * Makes the cache from which later processes start faster: a JVM of the same options rehearses a
 * start, notes what it loaded, and the file takes its place when it is complete.
 */
final class StartTraining {
    private static final int PATIENCE_SECONDS = 120;

    private StartTraining() {}

    /** Makes a cache with a JVM of these options. */
    static void make(Path cache, List<String> options) throws IOException, InterruptedException {
        Path part = cache.resolveSibling(cache.getFileName() + "." + ProcessHandle.current().pid());
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(
                List.of(
                        "-XX:AOTCacheOutput=" + part,
                        "-cp",
                        System.getProperty("java.class.path"),
                        EngineMain.class.getName(),
                        "rehearse"));
        Process rehearsal =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        try {
            if (rehearsal.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    && rehearsal.exitValue() == 0
                    && Files.exists(part)) {
                Files.move(part, cache, StandardCopyOption.ATOMIC_MOVE);
            }
        } finally {
            rehearsal.descendants().forEach(ProcessHandle::destroyForcibly);
            rehearsal.destroyForcibly();
            Files.deleteIfExists(part);
            Files.deleteIfExists(part.resolveSibling(part.getFileName() + ".config"));
            Files.deleteIfExists(cache.resolveSibling(cache.getFileName() + ".making"));
        }
    }

    /** Does once what every test does. */
    static void rehearse() {
        HostedBroker broker =
                new JvmEngine()
                        .host(
                                new BrokerOrder(
                                        Map.of(
                                                "listeners",
                                                "PLAINTEXT://127.0.0.1:0",
                                                "plugins.storage",
                                                "memory",
                                                "consensus.raft.storage",
                                                "memory",
                                                BrokerOrder.DATA_DIRECTORY,
                                                "never-" + UUID.randomUUID()),
                                        Map.of(),
                                        List.of()));
        broker.start();
        broker.createTopic("rehearsal", 1, Map.of());
        broker.status();
        broker.close();
    }
}
