package mortise.broker.config;

import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/** What can be set about the broker as a whole. */
public final class BrokerSettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    /** What an acknowledged record survives. */
    public enum Durability {
        /**
         * Class A: the end of the process. The operating system writes it to disk in its own time.
         */
        PAGE_CACHE,
        /** Class B: the end of the machine. Acknowledgements wait for a group commit. */
        FSYNC
    }

    /** The number of this broker. */
    public static final ConfigKey<Integer> NODE_ID =
            KEYS.add(
                    ConfigKey.of(
                                    "node.id",
                                    ConfigType.INT,
                                    "The number of this broker in its cluster. It is written into the data directory and never changes.")
                            .defaultsTo(1)
                            .between(0, 1_000_000)
                            .alias("broker.id"));

    /** Where everything is kept. */
    public static final ConfigKey<Path> DATA_DIRECTORY =
            KEYS.add(
                    ConfigKey.of(
                                    "data.directory",
                                    ConfigType.PATH,
                                    "Where the broker keeps everything. An empty or missing directory is formatted, a foreign one is refused.")
                            .defaultsTo(Path.of("data")));

    /** Where clients connect. */
    public static final ConfigKey<List<String>> LISTENERS =
            KEYS.add(
                    ConfigKey.of(
                                    "listeners",
                                    ConfigType.LIST,
                                    "Where clients connect, as HOST:PORT or NAME://HOST:PORT, separated by commas. Port 0 lets the system choose. Listeners are plaintext: NAME is PLAINTEXT, or what listener-protocols says is.")
                            .defaultsTo(List.of("PLAINTEXT://127.0.0.1:9092"))
                            .checked(
                                    "one or more listeners with distinct names",
                                    ListenerSettings::problemWithListeners));

    /** What the names of listeners stand for. */
    public static final ConfigKey<List<String>> LISTENER_PROTOCOLS =
            KEYS.add(
                    ConfigKey.of(
                                    "listener-protocols",
                                    ConfigType.LIST,
                                    "What the listeners' own names stand for, as NAME:PLAINTEXT, separated by commas. PLAINTEXT is the only protocol that is served.")
                            .defaultsTo(List.of("PLAINTEXT:PLAINTEXT"))
                            .alias("listener.security.protocol.map")
                            .checked("NAME:PLAINTEXT", ListenerSettings::problemWithProtocols));

    /** What clients are told to connect to. */
    public static final ConfigKey<List<String>> ADVERTISED_LISTENERS =
            KEYS.add(
                    ConfigKey.of(
                                    "advertised-listeners",
                                    ConfigType.LIST,
                                    "What clients are told to connect to, as HOST:PORT or NAME://HOST:PORT. Without it each client is told the address that it connected to, which is wrong behind NAT and in containers.")
                            .alias("advertised.listeners")
                            .checked(
                                    "HOST:PORT or NAME://HOST:PORT with a port above 0",
                                    ListenerSettings::problemWithAdvertised));

    /** The durability class of topics that do not say. */
    public static final ConfigKey<Durability> DURABILITY =
            KEYS.add(
                    ConfigKey.of(
                                    "durability",
                                    ConfigType.oneOf(Durability.class),
                                    "What an acknowledgement promises: page-cache survives the end of the process, fsync survives the end of the machine.")
                            .defaultsTo(Durability.PAGE_CACHE));

    /** Where plugin folders are. */
    public static final ConfigKey<Path> PLUGIN_DIRECTORY =
            KEYS.add(
                    ConfigKey.of(
                            "plugins.directory",
                            ConfigType.PATH,
                            "Where plugin folders are, each with the jars of one plugin. Without it they are in the folder plugins of the installation."));

    /** Which storage plugin. */
    public static final ConfigKey<String> STORAGE =
            KEYS.add(
                    ConfigKey.of(
                                    "plugins.storage",
                                    ConfigType.STRING,
                                    "The storage plugin, by name.")
                            .defaultsTo("local"));

    /** Which consensus plugin. */
    public static final ConfigKey<String> CONSENSUS =
            KEYS.add(
                    ConfigKey.of(
                                    "plugins.consensus",
                                    ConfigType.STRING,
                                    "The consensus plugin, by name.")
                            .defaultsTo("raft"));

    /** Which placement plugin. */
    public static final ConfigKey<String> PLACEMENT =
            KEYS.add(
                    ConfigKey.of(
                                    "plugins.placement",
                                    ConfigType.STRING,
                                    "The placement plugin, by name: it decides which brokers hold the replicas of new partitions.")
                            .defaultsTo("spread"));

    /** What {@link #AUTHORIZER} says if there is no authoriser. */
    public static final String NO_AUTHORIZER = "none";

    /** Which authoriser plugin. */
    public static final ConfigKey<String> AUTHORIZER =
            KEYS.add(
                    ConfigKey.of(
                                    "plugins.authorizer",
                                    ConfigType.STRING,
                                    "The authoriser plugin, by name; with none everybody may do everything.")
                            .defaultsTo(NO_AUTHORIZER));

    /** Which metrics exporters. */
    public static final ConfigKey<List<String>> METRICS =
            KEYS.add(
                    ConfigKey.of(
                                    "plugins.metrics",
                                    ConfigType.LIST,
                                    "The metrics exporter plugins, by name, separated by commas; without one nobody can read metrics and health from outside.")
                            .checked(
                                    "distinct names",
                                    names ->
                                            new HashSet<>(names).size() < names.size()
                                                    ? "names a plugin twice"
                                                    : null));

    /** What may be taken away. */
    public static final ConfigKey<List<String>> ALLOW_LOOSENING =
            KEYS.add(
                    ConfigKey.of(
                                    "allow-loosening",
                                    ConfigType.LIST,
                                    "The keys, separated by commas, whose values may take away protection or durability that the assembly or the last start on the data directory had. Without its key here such a value is refused.")
                            .defaultsTo(List.of()));

    /** All keys of this concern. */
    public static final ConfigSchema SCHEMA = KEYS.build();

    private BrokerSettings() {}

    /**
     * Where clients connect, and what they are told to connect to.
     *
     * @throws mortise.api.config.ConfigException if an advertised listener has no listener, or a
     *     listener's name no protocol
     */
    public static List<ListenerSettings> listeners(Config config) {
        return ListenerSettings.parse(
                config.get(LISTENERS),
                config.get(LISTENER_PROTOCOLS),
                config.find(ADVERTISED_LISTENERS).orElse(List.of()));
    }
}
