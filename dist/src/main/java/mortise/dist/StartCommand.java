package mortise.dist;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import mortise.api.ForeignText;
import mortise.api.HostPort;
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.broker.BrokerStatus;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mortise start}: runs a broker in the foreground until SIGTERM or SIGINT. */
@Command(
        name = "start",
        description = "Runs a broker in the foreground; no configuration is needed.",
        mixinStandardHelpOptions = true)
final class StartCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Where clients connect (default 127.0.0.1:9092).")
    private @Nullable String listen;

    @Option(
            names = "--advertise",
            paramLabel = "HOST:PORT",
            description =
                    "What clients are told to connect to; needed behind NAT and in containers (default: the address that each client connected to).")
    private @Nullable String advertise;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "Where the broker keeps everything (default ./data); formatted if empty.")
    private @Nullable String data;

    @Option(
            names = "--id",
            paramLabel = "N",
            description = "The number of this broker in its cluster (default 1).")
    private @Nullable String id;

    @Option(names = "--check-config", description = "Only say whether the configuration is good.")
    private boolean checkOnly;

    @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

    @Mixin private OutputOptions output = new OutputOptions();

    /** Whether the broker ended of itself; read by the thread that ends the process. */
    private volatile boolean failed;

    @Override
    public Integer call() throws InterruptedException {
        BrokerBuilder builder = configured();
        PrintWriter out = spec.commandLine().getOut();
        if (checkOnly) {
            builder.checkStart();
            output.print(
                    out,
                    Map.of("configuration", "good"),
                    () -> out.println("the configuration is good"));
            return 0;
        }
        Broker broker = builder.start();
        Thread hook = new Thread(() -> stop(broker), "shutdown");
        Runtime.getRuntime().addShutdownHook(hook);
        BrokerStatus status = broker.status();
        try {
            output.print(out, asMap(status), () -> printText(out, status));
        } catch (OutputFailedException unread) {
            // a broker serves clients, whether or not somebody reads what it says of itself
            if (!unread.readerLeft()) {
                PrintWriter err = spec.commandLine().getErr();
                err.println("mortise: " + unread.getMessage() + "; the broker runs all the same");
                err.flush();
            }
        }
        String failure = broker.awaitStop();
        if (failure != null) {
            failed = true;
            throw new CommandFailedException(failure);
        }
        // the shutdown hook stopped the broker: let it finish before the process ends
        hook.join();
        return 0;
    }

    private void stop(Broker broker) {
        broker.close();
        if (failed) {
            return;
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            output.print(
                    out,
                    Map.of("stopped", "signal"),
                    () ->
                            out.println(
                                    "mortise stopped: a signal asked for it (SIGTERM, SIGINT or SIGHUP)"));
        } catch (OutputFailedException unread) {
            // it has stopped, whether or not somebody reads that
        }
    }

    private BrokerBuilder configured() {
        if (data != null && data.isBlank()) {
            throw new ParameterException(
                    spec.commandLine(), "--data: the name of the directory is empty");
        }
        BrokerBuilder builder = configuration.builder();
        flag(builder, "--listen", "listeners", listen);
        flag(builder, "--advertise", "advertised-listeners", advertise);
        flag(builder, "--data", "data.directory", data);
        flag(builder, "--id", "node.id", id);
        return builder;
    }

    private static void flag(
            BrokerBuilder builder, String name, String key, @Nullable String value) {
        if (value != null) {
            builder.layer(name, Map.of(key, value));
        }
    }

    private static void printText(PrintWriter out, BrokerStatus status) {
        String addresses =
                status.listeners().values().stream()
                        .map(HostPort::toString)
                        .collect(Collectors.joining(", "));
        String advertised =
                status.advertised().isEmpty()
                        ? "the address that each client connects to (behind NAT or in a container, set --advertise HOST:PORT)"
                        : status.advertised().values().stream()
                                .map(HostPort::toString)
                                .collect(Collectors.joining(", "));
        out.println("mortise is ready in " + status.startTime().toMillis() + " ms");
        out.println("  bootstrap   " + addresses);
        out.println("  advertised  " + advertised);
        out.println(
                "  data        "
                        + dataDirectory(status)
                                .map(Path::toString)
                                .orElse("in memory; all of it ends with this process")
                        + (status.formatted() ? " (formatted)" : ""));
        out.println(
                "  durability  "
                        + (status.durability().equals(BrokerStatus.NO_DURABILITY)
                                ? "none; records end with this process"
                                : status.durability()));
        out.println(
                "  authoriser  "
                        + status.authorizer()
                                .map(ForeignText::of)
                                .orElse("none; everybody may do everything"));
        out.println("  plugins     " + plugins(status.plugins()));
        status.exporters().values().forEach(address -> out.println("  metrics     " + address));
        out.println(
                "  holds       "
                        + status.topics()
                        + " topics, "
                        + status.partitions()
                        + " partitions");
        if (status.formatted()) {
            out.println(
                    "  next        ./mortise topics create orders --partitions 3"
                            + elsewhere(status));
        }
    }

    /** What client commands have to be told, if this broker is not where they look. */
    private static String elsewhere(BrokerStatus status) {
        Optional<HostPort> first = status.listeners().values().stream().findFirst();
        return first.map(address -> reachable(address).toString())
                .filter(address -> !address.equals("127.0.0.1:9092"))
                .map(address -> " --bootstrap " + address)
                .orElse("");
    }

    /** An address that a command on this machine can connect to. */
    private static HostPort reachable(HostPort listening) {
        return listening.host().equals("0.0.0.0") || listening.host().equals("::")
                ? new HostPort("127.0.0.1", listening.port())
                : listening;
    }

    private static Optional<Path> dataDirectory(BrokerStatus status) {
        return Optional.ofNullable(status.dataDirectory())
                .map(directory -> directory.toAbsolutePath().normalize());
    }

    private static String plugins(List<BrokerStatus.Plugin> plugins) {
        return plugins.stream()
                .map(plugin -> plugin.kind() + "=" + plugin.name())
                .collect(Collectors.joining(", "));
    }

    private static Map<String, Object> asMap(BrokerStatus status) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("ready", true);
        map.put("startMillis", status.startTime().toMillis());
        map.put("clusterId", status.clusterId());
        map.put("nodeId", status.nodeId());
        map.put("listeners", status.listeners());
        map.put("advertised", status.advertised());
        dataDirectory(status).ifPresent(directory -> map.put("data", directory));
        map.put("formatted", status.formatted());
        map.put("durability", status.durability());
        map.put("authorizer", status.authorizer().orElse("none"));
        map.put(
                "plugins",
                status.plugins().stream()
                        .map(plugin ->
                                Map.of(
                                        "kind",
                                        plugin.kind(),
                                        "name",
                                        plugin.name(),
                                        "capabilities",
                                        plugin.capabilities()))
                        .toList());
        map.put("exporters", status.exporters());
        map.put("topics", status.topics());
        map.put("partitions", status.partitions());
        return map;
    }
}
