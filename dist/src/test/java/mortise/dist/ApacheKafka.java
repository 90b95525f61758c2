package mortise.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * An Apache Kafka 4.3.1 in a process of its own: one node that is broker and controller, on
 * loopback, on ports of its own. What Mortise answers is compared with what it answers.
 */
final class ApacheKafka implements AutoCloseable {
    /** Where the build lays out its jars. */
    static final Path LIBRARIES = Path.of("../bench/peer/target/lib").toAbsolutePath().normalize();

    private static final long START_SECONDS = 60;

    private final Process process;
    private final int port;

    private ApacheKafka(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Formats a directory, starts on it, and waits until it accepts connections. */
    static ApacheKafka start(Path directory) {
        return start(directory, "");
    }

    /**
     * Starts on a directory, which is formatted if it is new, and waits until it accepts
     * connections.
     *
     * @param settings more properties, a line each
     */
    static ApacheKafka start(Path directory, String settings) {
        try {
            Files.createDirectories(directory);
            int port = freePort();
            int controllerPort = freePort();
            Path properties =
                    Files.writeString(
                            directory.resolve("server.properties"),
                            properties(directory, port, controllerPort) + settings);
            Path logging = Files.writeString(directory.resolve("log4j2.properties"), LOGGING);
            if (!Files.exists(directory.resolve("data"))) {
                format(properties, logging, directory.resolve("format.log"));
            }
            Process process =
                    java(logging, "-Xmx512m", "kafka.Kafka", properties.toString())
                            .redirectErrorStream(true)
                            .redirectOutput(directory.resolve("out.log").toFile())
                            .start();
            ApacheKafka kafka = new ApacheKafka(process, port);
            kafka.awaitConnection(directory.resolve("out.log"));
            return kafka;
        } catch (IOException failure) {
            throw new UncheckedIOException("starting Apache Kafka", failure);
        }
    }

    private static final String LOGGING =
            """
            rootLogger.level=WARN
            rootLogger.appenderRef.out.ref=OUT
            appender.out.type=Console
            appender.out.name=OUT
            appender.out.layout.type=PatternLayout
            appender.out.layout.pattern=%d %p %c{1} %m%n
            """;

    private static String properties(Path directory, int port, int controllerPort) {
        return String.format(
                Locale.ROOT,
                """
                process.roles=broker,controller
                node.id=1
                controller.quorum.voters=1@127.0.0.1:%2$d
                listeners=PLAINTEXT://127.0.0.1:%1$d,CONTROLLER://127.0.0.1:%2$d
                advertised.listeners=PLAINTEXT://127.0.0.1:%1$d
                listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
                controller.listener.names=CONTROLLER
                log.dirs=%3$s
                offsets.topic.replication.factor=1
                transaction.state.log.replication.factor=1
                transaction.state.log.min.isr=1
                group.initial.rebalance.delay.ms=0
                """,
                port,
                controllerPort,
                directory.resolve("data"));
    }

    private static void format(Path properties, Path logging, Path log) throws IOException {
        Process format =
                java(
                                logging,
                                "-Xmx128m",
                                "kafka.tools.StorageTool",
                                "format",
                                "-t",
                                "MkU3OEVBNTcwNTJENDM2Qg",
                                // else it sets a configuration of its own for all brokers
                                "--feature",
                                "eligible.leader.replicas.version=0",
                                "-c",
                                properties.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        try {
            if (!format.waitFor(START_SECONDS, TimeUnit.SECONDS) || format.exitValue() != 0) {
                format.destroyForcibly();
                throw new IllegalStateException(
                        "formatting Apache Kafka's storage failed: " + Files.readString(log));
            }
        } catch (InterruptedException interrupted) {
            format.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while formatting", interrupted);
        }
    }

    private static ProcessBuilder java(
            Path logging, String heap, String main, String... arguments) {
        List<String> command =
                new java.util.ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                heap,
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-Dlog4j2.configurationFile=" + logging,
                                "-cp",
                                LIBRARIES.resolve("*").toString(),
                                main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitConnection(Path log) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (!accepts()) {
            boolean ended = ended();
            if (ended || System.nanoTime() - deadline > 0) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        "Apache Kafka did not start: " + Files.readString(log));
            }
        }
    }

    private boolean accepts() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Whether the process has ended; waits a little for it. */
    private boolean ended() {
        try {
            return process.waitFor(50, TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Where clients connect. */
    String bootstrap() {
        return "127.0.0.1:" + port;
    }

    /** Has it shut down cleanly. */
    void stop() {
        process.destroy();
        try {
            if (!process.waitFor(START_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("Apache Kafka did not stop");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends the process; its data is thrown away, so it need not shut down cleanly. */
    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
