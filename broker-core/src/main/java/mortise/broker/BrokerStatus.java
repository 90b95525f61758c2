package mortise.broker;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mortise.api.HostPort;
import mortise.broker.plugin.PluginKind;
import mortise.broker.plugin.Usage;
import mortise.spi.Capability;
import org.jspecify.annotations.Nullable;

/**
 * What a running broker says of itself. An immutable view as of the call.
 *
 * @param clusterId the cluster that it belongs to
 * @param nodeId its number in the cluster
 * @param listeners where it listens, by listener name, with real ports
 * @param advertised what clients are told, by listener name; a listener that is missing tells each
 *     client the address that it came by
 * @param dataDirectory where it keeps everything; null if everything is in memory and it has none
 * @param formatted whether this start formatted the data directory
 * @param durability the durability class of topics that do not say: {@code page-cache} or {@code
 *     fsync}; {@link #NO_DURABILITY} if the store keeps records no longer than the process lives
 * @param plugins the plugins in use
 * @param exporters where metrics exporters are reached, by plugin name; those that push are missing
 * @param topics how many topics there are
 * @param partitions how many partitions this broker holds
 * @param startTime how long the start took, recovery included
 * @param metrics counters and gauges by name
 */
public record BrokerStatus(
        String clusterId,
        int nodeId,
        Map<String, HostPort> listeners,
        Map<String, HostPort> advertised,
        @Nullable Path dataDirectory,
        boolean formatted,
        String durability,
        List<Plugin> plugins,
        Map<String, URI> exporters,
        int topics,
        int partitions,
        Duration startTime,
        Map<String, Long> metrics) {
    /** The durability of a store that is not durable. */
    public static final String NO_DURABILITY = "none";

    /** The authoriser's name; nothing if everybody may do everything. */
    public Optional<String> authorizer() {
        return plugins.stream()
                .filter(plugin -> plugin.kind().equals(PluginKind.AUTHORIZER.name()))
                .map(Plugin::name)
                .findFirst();
    }

    /**
     * A plugin in use.
     *
     * @param state {@code created}, {@code started}, {@code closed} or {@code failed}; {@code
     *     started} for a plugin without a life of its own
     * @param calls how many calls it was asked to serve
     * @param time how long they took together
     * @param failures how many of them failed
     */
    public record Plugin(
            String kind,
            String name,
            Set<Capability> capabilities,
            String state,
            long calls,
            Duration time,
            long failures) {
        static Plugin of(
                PluginKind<?> kind,
                String name,
                Set<Capability> capabilities,
                String state,
                Usage usage) {
            return new Plugin(
                    kind.name(),
                    name,
                    capabilities,
                    state,
                    usage.calls(),
                    Duration.ofNanos(usage.nanos()),
                    usage.failures());
        }
    }
}
