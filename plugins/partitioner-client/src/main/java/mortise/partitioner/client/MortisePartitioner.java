package mortise.partitioner.client;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.ServiceLoader;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerProvider;
import mortise.spi.partition.Partitioners;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Runs a partitioner of Mortise inside Kafka's Java producer.
 *
 * <pre>
 * partitioner.class=mortise.partitioner.client.MortisePartitioner
 * mortise.partitioner=crc32
 * mortise.partitioner.crc32.mode=consistent
 * </pre>
 *
 * <p>The partitioner is chosen by its name among those that {@link ServiceLoader} finds with the
 * thread's context class loader, which is where the producer looks for this class too. Its settings
 * are the producer's, with {@code mortise.} before their names.
 *
 * <p>Thread-safe once configured, as the producer needs it.
 */
public final class MortisePartitioner implements org.apache.kafka.clients.producer.Partitioner {
    /** The producer's setting that names the partitioner. */
    public static final String NAME_CONFIG = "mortise.partitioner";

    private static final String PREFIX = "mortise.";

    private final @Nullable Partitioners given;
    private @Nullable Partitioner partitioner;

    /** Made by the producer, which then configures it. */
    public MortisePartitioner() {
        this.given = null;
    }

    /** One that knows these partitioners instead of those that a loader finds. */
    MortisePartitioner(Partitioners given) {
        this.given = given;
    }

    /**
     * Makes the partitioner that the producer's settings name.
     *
     * @throws ConfigException if they name none, one that is not there, or settings that it refuses
     */
    @Override
    public void configure(Map<String, ?> configs) {
        Partitioners known =
                given != null
                        ? given
                        : Partitioners.load(ServiceLoader.load(PartitionerProvider.class));
        Object name = configs.get(NAME_CONFIG);
        if (name == null || !known.names().contains(name.toString())) {
            throw new ConfigException(
                    NAME_CONFIG,
                    name,
                    "name one of the partitioners on the class path: "
                            + (known.names().isEmpty()
                                    ? "there are none, add for example mortise-partitioner-murmur2"
                                    : String.join(", ", known.names())));
        }
        try {
            partitioner = known.create(name.toString(), settings(configs));
        } catch (mortise.api.config.ConfigException refused) {
            throw new ConfigException(
                    NAME_CONFIG, name, "its settings are refused: " + refused.getMessage());
        }
    }

    private static Map<String, String> settings(Map<String, ?> configs) {
        Map<String, String> settings = new HashMap<>();
        configs.forEach((key, value) -> {
            if (key.startsWith(NAME_CONFIG + ".") && value != null) {
                settings.put(key.substring(PREFIX.length()), value.toString());
            }
        });
        return settings;
    }

    @Override
    public int partition(
            String topic,
            @Nullable Object key,
            byte @Nullable [] keyBytes,
            @Nullable Object value,
            byte @Nullable [] valueBytes,
            Cluster cluster) {
        Partitioner chosen = partitioner;
        if (chosen == null) {
            throw new IllegalStateException(
                    "the partitioner of topic " + topic + " is asked before it is configured");
        }
        ClusterTopic view = ClusterTopic.of(cluster, topic);
        ByteBuffer lent = keyBytes == null ? null : ByteBuffer.wrap(keyBytes).asReadOnlyBuffer();
        int partition = chosen.partition(view, lent, length(keyBytes) + length(valueBytes));
        // the producer itself would wait for a partition that never comes
        if (partition < 0 || partition >= view.partitionCount()) {
            throw new KafkaException(
                    "the partitioner chose partition "
                            + partition
                            + " of topic "
                            + topic
                            + ", which has partitions 0 to "
                            + (view.partitionCount() - 1)
                            + "; use another one ("
                            + NAME_CONFIG
                            + ")");
        }
        return partition;
    }

    private static int length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    @Override
    public void close() {
        Partitioner chosen = partitioner;
        if (chosen != null) {
            chosen.close();
        }
    }
}
