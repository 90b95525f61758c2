package mortise.broker;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.config.ConfigException;
import mortise.broker.plugin.PluginKind;
import mortise.broker.plugin.RefusedPluginException;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.spi.Provider;
import mortise.spi.partition.Partitioners;
import org.jspecify.annotations.Nullable;

/**
 * Puts a broker together: configuration in layers, plugins by name, and, for embedding, plugin
 * instances handed in. What else can be asked of the same configuration and plugins is said by its
 * {@link #inventory} and its {@link #reference}.
 *
 * <pre>{@code
 * try (Broker broker = new BrokerBuilder()
 *         .set("listeners", "127.0.0.1:0")
 *         .set("data.directory", directory)
 *         .start()) {
 *     HostPort bootstrap = broker.status().listeners().get("PLAINTEXT");
 * }
 * }</pre>
 *
 * <p>Confined to one thread. Later layers win over earlier ones, key by key.
 */
public final class BrokerBuilder {
    private final BrokerSources sources = new BrokerSources();
    private final PluginInventory inventory = new PluginInventory(sources);
    private final ConfigReference reference = new ConfigReference(sources, inventory);
    private final ClientPlugins clients = new ClientPlugins(sources);
    private @Nullable RefusedRequests refusals;

    /** Nothing but defaults. */
    public BrokerBuilder() {}

    /**
     * Puts configuration values on top.
     *
     * @param origin where they come from, for messages
     */
    public BrokerBuilder layer(String origin, Map<String, String> values) {
        sources.layers().add(origin, values);
        return this;
    }

    /**
     * Puts what the broker was assembled with below all other values. What of it protects records
     * or clients is not taken away by them, unless the key {@code allow-loosening} says so.
     *
     * @param origin where the values come from, for messages
     */
    public BrokerBuilder assembled(String origin, Map<String, String> values) {
        sources.layers().addAssembled(origin, values);
        return this;
    }

    /** Puts the {@code MORTISE_…} variables of an environment on top. */
    public BrokerBuilder environment(Map<String, String> variables) {
        sources.layers().addEnvironment(variables);
        return this;
    }

    /** Puts one value on top. */
    public BrokerBuilder set(String key, String value) {
        return layer("program", Map.of(key, value));
    }

    /**
     * Adds a plugin that no loader needs to find; it takes the place of one of the same kind and
     * name.
     */
    public BrokerBuilder plugin(Provider<?> provider) {
        sources.handIn(provider);
        return this;
    }

    /** Adds a codec that no loader needs to find. */
    public BrokerBuilder codec(Codec codec) {
        sources.handIn(PluginKind.CODEC, codec);
        return this;
    }

    /**
     * Looks for plugin folders in a directory, each of which is loaded as a module layer of its
     * own.
     *
     * @param directory need not exist
     */
    public BrokerBuilder pluginFolders(Path directory) {
        sources.pluginFolders(directory);
        return this;
    }

    /** Replaces the machine's clocks. */
    public BrokerBuilder clock(Clock replacement) {
        sources.clock(replacement);
        return this;
    }

    /** Replaces the source of randomness, which chooses identities. */
    public BrokerBuilder random(RandomGenerator replacement) {
        sources.random(replacement);
        return this;
    }

    /**
     * Has the broker refuse requests on purpose, for tests of clients. A broker that is built
     * without this serves every request by the shortest way.
     */
    public BrokerBuilder refusing(RefusedRequests requests) {
        refusals = requests;
        return this;
    }

    /**
     * Checks the configuration without starting anything.
     *
     * @throws ConfigException with every problem
     */
    public void check() {
        var _ = Assemblies.checked(sources);
    }

    /**
     * Checks the configuration, and whether it goes with what is in the data directory, without
     * starting or writing anything.
     *
     * @throws ConfigException with every problem
     * @throws BrokerStartException if the data directory is kept by other plugins
     */
    public void checkStart() {
        Assembly assembly = Assemblies.checked(sources);
        try {
            DirectoryKeepers.examine(assembly);
        } catch (RefusedDirectoryException | RefusedPluginException refused) {
            throw new BrokerStartException(String.valueOf(refused.getMessage()), refused);
        }
    }

    /**
     * Starts a broker. It is ready when this returns.
     *
     * @throws ConfigException with every problem of the configuration
     * @throws BrokerStartException if it cannot start: one line with cause and remedy
     */
    public Broker start() {
        return Broker.start(assembly(), refusals);
    }

    /**
     * Opens the logs of a broker that does not run, for its operator.
     *
     * @throws ConfigException with every problem of the configuration
     * @throws BrokerStartException if the data directory cannot be used
     */
    public OfflineLogs offlineLogs() {
        return OfflineLogs.open(assembly());
    }

    /**
     * Takes hold of log directories of a stopped Apache Kafka, whose topics are to go into the data
     * directory of a broker that does not run.
     *
     * @throws ConfigException with every problem of the configuration
     * @throws RefusedImportException if one is none, or is in use
     */
    public KafkaImport kafkaImport(List<Path> from) {
        return KafkaImport.open(assembly(), codecs(), from);
    }

    /** The plugins that are there, for whoever lists, checks or packs them. */
    public PluginInventory inventory() {
        return inventory;
    }

    /** What can be configured and what is, for whoever explains it. */
    public ConfigReference reference() {
        return reference;
    }

    /**
     * The partitioners among the plugins, for a program that produces records itself; a broker has
     * no use for them. Each is created within {@code plugins.create-timeout}, has its plugin's name
     * in every failure, and is counted ({@link #partitionerActivity}).
     */
    public Partitioners partitioners() {
        return clients.partitioners();
    }

    /** What the partitioners that came from here have done, by plugin; nothing for the unused. */
    public List<BrokerStatus.Plugin> partitionerActivity() {
        return clients.activity();
    }

    /**
     * gzip and the codecs among the plugins, for a program that produces or consumes records
     * itself. A broker has them without this.
     */
    public Codecs codecs() {
        return clients.codecs();
    }

    Assembly assembly() {
        return Assemblies.of(sources);
    }
}
