package mortise.junit;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import mortise.api.HostPort;
import mortise.junit.engine.StatusKey;
import org.jspecify.annotations.Nullable;

/**
 * What a test's broker says of itself. An immutable view as of the call.
 *
 * @param clusterId the cluster that it belongs to
 * @param nodeId its number in the cluster
 * @param listeners where it listens behind the proxy, by listener name
 * @param dataDirectory where it keeps everything; null if everything is in memory and it has none
 * @param durability the durability class of topics that do not say: {@code page-cache} or {@code
 *     fsync}
 * @param exporters where metrics exporters are reached, by plugin name
 * @param topics how many topics there are
 * @param partitions how many partitions this broker holds
 * @param startTime how long the start took, recovery included
 * @param metrics counters and gauges by name
 */
public record TestBrokerStatus(
        String clusterId,
        int nodeId,
        Map<String, HostPort> listeners,
        @Nullable Path dataDirectory,
        String durability,
        Map<String, URI> exporters,
        int topics,
        int partitions,
        Duration startTime,
        Map<String, Long> metrics) {
    /** What an engine said. */
    static TestBrokerStatus of(Map<String, String> said) {
        String directory = said.get(StatusKey.DATA_DIRECTORY.name());
        return new TestBrokerStatus(
                text(said, StatusKey.CLUSTER_ID),
                Integer.parseInt(text(said, StatusKey.NODE_ID)),
                all(said, StatusKey.LISTENER, HostPort::parse),
                directory == null ? null : Path.of(directory),
                text(said, StatusKey.DURABILITY),
                all(said, StatusKey.EXPORTER, URI::create),
                Integer.parseInt(text(said, StatusKey.TOPICS)),
                Integer.parseInt(text(said, StatusKey.PARTITIONS)),
                Duration.ofNanos(Long.parseLong(text(said, StatusKey.START_NANOS))),
                all(said, StatusKey.METRIC, Long::valueOf));
    }

    private static String text(Map<String, String> said, StatusKey key) {
        return Objects.requireNonNull(said.get(key.name()), key::name);
    }

    private static <T> Map<String, T> all(
            Map<String, String> said, StatusKey key, Function<String, T> parsed) {
        return key.all(said).entrySet().stream()
                .collect(
                        Collectors.toUnmodifiableMap(
                                Map.Entry::getKey, entry -> parsed.apply(entry.getValue())));
    }
}
