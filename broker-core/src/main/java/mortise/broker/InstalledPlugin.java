package mortise.broker;

import java.util.Optional;
import java.util.Set;
import mortise.api.config.ConfigSchema;
import mortise.broker.plugin.FoundPlugin;
import mortise.broker.plugin.RefusedPlugin;
import mortise.spi.Capability;

/**
 * A plugin that a broker could be assembled from, or something in a plugin's place that cannot be
 * used.
 *
 * @param kind what it does, as in {@code plugins.storage}; empty if nobody knows
 * @param name its name within its kind; of something refused, its class or folder
 * @param place where it is from: {@code built in}, {@code plugins/NAME}, {@code handed in}
 * @param version its own version, if it says so
 * @param spiVersion the version of the plugin interfaces that it was compiled against, if known
 * @param schema the configuration keys that it reads
 * @param capabilities what it declares to be able to do
 * @param state whether it can be used, and is
 * @param reason why it was refused; else empty
 */
public record InstalledPlugin(
        String kind,
        String name,
        String place,
        Optional<String> version,
        Optional<String> spiVersion,
        ConfigSchema schema,
        Set<Capability> capabilities,
        State state,
        String reason) {
    /** Whether a plugin can be used. */
    public enum State {
        /** The configuration chooses it. */
        CHOSEN,
        /** It could be chosen. */
        AVAILABLE,
        /** It cannot be used. */
        REFUSED
    }

    /** Kind and name in one word, for example {@code storage-local}. */
    public String id() {
        return kind + "-" + name;
    }

    InstalledPlugin withCapabilities(Set<Capability> configured) {
        return new InstalledPlugin(
                kind, name, place, version, spiVersion, schema, configured, state, reason);
    }

    static InstalledPlugin found(FoundPlugin<?> plugin, boolean chosen) {
        return new InstalledPlugin(
                plugin.kind().name(),
                plugin.name(),
                plugin.origin().place(),
                plugin.origin().version(),
                plugin.origin().spiVersion(),
                plugin.schema(),
                plugin.capabilities(),
                chosen ? State.CHOSEN : State.AVAILABLE,
                "");
    }

    InstalledPlugin refusedFor(String why) {
        return new InstalledPlugin(
                kind, name, place, version, spiVersion, schema, capabilities, State.REFUSED, why);
    }

    static InstalledPlugin refused(RefusedPlugin plugin) {
        return new InstalledPlugin(
                "",
                plugin.name(),
                plugin.place(),
                Optional.empty(),
                Optional.empty(),
                ConfigSchema.empty(),
                Set.of(),
                State.REFUSED,
                plugin.reason());
    }
}
