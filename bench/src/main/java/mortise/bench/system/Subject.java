package mortise.bench.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import mortise.api.HostPort;
import mortise.bench.load.PreparedProduce;

/** A system to be measured: how it is started on an empty directory. */
public sealed interface Subject {
    /** Where a system has its logs, below the directory that it is started on. */
    String DATA = "data";

    /** What the report calls it. */
    String name();

    /**
     * Makes the directory ready before the clock runs; returns the command that starts the system.
     */
    List<String> prepare(Path directory, int port) throws IOException, InterruptedException;

    /** What it is made of, for reports: one line. */
    String description();

    /** Where its metrics page is, if it has one that the bench reads. */
    default Optional<HostPort> metricsOf(int port) {
        return Optional.empty();
    }

    /**
     * Mortise from an assembled home; a bench may measure several.
     *
     * @param config a configuration file besides the home's own
     * @param extra settings beside those, {@code KEY=VALUE}
     * @param hasMetrics whether it has a metrics page, on the port after its own
     */
    record Mortise(
            String name, Path home, Optional<Path> config, List<String> extra, boolean hasMetrics)
            implements Subject {
        private static HostPort metrics(int port) {
            return new HostPort("127.0.0.1", port + 1);
        }

        @Override
        public Optional<HostPort> metricsOf(int port) {
            return hasMetrics ? Optional.of(metrics(port)) : Optional.empty();
        }

        @Override
        public String description() {
            return "Mortise in "
                    + home
                    + config.map(file -> ", configured by " + file).orElse("")
                    + (extra.isEmpty() ? "" : ", " + String.join(", ", extra));
        }

        @Override
        public List<String> prepare(Path directory, int port) {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    home.resolve("mortise").toString(),
                                    "start",
                                    "--listen",
                                    "127.0.0.1:" + port,
                                    "--data",
                                    directory.resolve(DATA).toString()));
            config.ifPresent(file -> command.addAll(List.of("--config", file.toString())));
            extra.forEach(setting -> command.addAll(List.of("--set", setting)));
            if (hasMetrics) {
                command.addAll(
                        List.of(
                                "--set",
                                "plugins.metrics=prometheus",
                                "--set",
                                "metrics.prometheus.listen=" + metrics(port)));
            }
            return command;
        }
    }

    /** The least that a broker must do for a request; see {@link mortise.bench.system.Floor}. */
    record Floor(PreparedProduce request, long fileBytes) implements Subject {
        @Override
        public String description() {
            return "reads the frame, checks the checksum, writes to a file, answers: what every broker on this JVM must do";
        }

        @Override
        public String name() {
            return "floor";
        }

        @Override
        public List<String> prepare(Path directory, int port) {
            return List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "mortise.bench.system.Floor",
                    Integer.toString(port),
                    directory.resolve("floor.data").toString(),
                    Integer.toString(request.batchPosition()),
                    Integer.toString(request.batchBytes()),
                    HexFormat.of().formatHex(PreparedProduce.answer("floor")),
                    Long.toString(fileBytes));
        }
    }

    /**
     * Apache Kafka from its jars: one KRaft node in combined mode, formatted before the clock runs.
     */
    record Peer(Path libraries, List<String> extra) implements Subject {
        @Override
        public String description() {
            return "Apache Kafka from its jars, one node in combined mode, heap 1 GB"
                    + (extra.isEmpty() ? "" : ", " + String.join(", ", extra));
        }

        @Override
        public String name() {
            return "kafka";
        }

        @Override
        public List<String> prepare(Path directory, int port)
                throws IOException, InterruptedException {
            Path properties = directory.resolve("server.properties");
            List<String> lines =
                    new ArrayList<>(
                            List.of(
                                    "process.roles=broker,controller",
                                    "node.id=1",
                                    "controller.quorum.voters=1@127.0.0.1:" + (port + 1),
                                    "listeners=PLAINTEXT://127.0.0.1:"
                                            + port
                                            + ",CONTROLLER://127.0.0.1:"
                                            + (port + 1),
                                    "advertised.listeners=PLAINTEXT://127.0.0.1:" + port,
                                    "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                                    "controller.listener.names=CONTROLLER",
                                    "log.dirs=" + directory.resolve(DATA),
                                    "offsets.topic.replication.factor=1",
                                    "transaction.state.log.replication.factor=1",
                                    "transaction.state.log.min.isr=1",
                                    "share.coordinator.state.topic.replication.factor=1",
                                    "share.coordinator.state.topic.min.isr=1"));
            lines.addAll(extra);
            Files.write(properties, lines);
            Path logging = directory.resolve("log4j2.properties");
            Files.write(
                    logging,
                    List.of(
                            "rootLogger.level=WARN",
                            "rootLogger.appenderRef.out.ref=OUT",
                            "appender.out.type=Console",
                            "appender.out.name=OUT",
                            "appender.out.layout.type=PatternLayout",
                            "appender.out.layout.pattern=%d %p %c{1} %m%n"));
            Process format =
                    new ProcessBuilder(
                                    java(
                                            List.of(),
                                            logging,
                                            "kafka.tools.StorageTool",
                                            "format",
                                            "-t",
                                            "MkU3OEVBNTcwNTJENDM2Qg",
                                            "-c",
                                            properties.toString()))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            if (format.waitFor() != 0) {
                throw new IOException(
                        "formatting the peer's directory ended with status " + format.exitValue());
            }
            return java(
                    List.of(
                            "-Xms1G",
                            "-Xmx1G",
                            "-XX:+UseG1GC",
                            "-XX:MaxGCPauseMillis=20",
                            "-XX:InitiatingHeapOccupancyPercent=35",
                            "-XX:+ExplicitGCInvokesConcurrent"),
                    logging,
                    "kafka.Kafka",
                    properties.toString());
        }

        private List<String> java(
                List<String> options, Path logging, String main, String... arguments) {
            List<String> command = new ArrayList<>();
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.addAll(options);
            command.add("-Dlog4j2.configurationFile=" + logging);
            command.add("-cp");
            command.add(libraries.resolve("*").toString());
            command.add(main);
            command.addAll(List.of(arguments));
            return command;
        }
    }
}
