package mortise.broker;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import mortise.api.config.ConfigKey;
import mortise.broker.config.BrokerSettings;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.config.ReplicationConfigs;
import mortise.metadata.config.SegmentConfigs;

/**
 * Something that protects records or clients, by the key that decides it. Its value is text, so
 * that a data directory can remember it.
 */
enum Guard {
    /** Who may do what. */
    AUTHORIZER,
    /** What an acknowledgement promises. */
    DURABILITY,
    /** Whether records outlive the process. */
    STORAGE,
    /** Whether topics outlive the process. */
    CONSENSUS,
    /** After how many records an fsync comes at the latest. */
    FLUSH_MESSAGES,
    /** After what time an fsync comes at the latest. */
    FLUSH_MILLIS,
    /** How many replicas acknowledge. */
    MIN_INSYNC_REPLICAS,
    /** How many replicas new topics get. */
    REPLICATION_FACTOR;

    /** The value of a plugin whose capabilities include durability. */
    static final String DURABLE = "durable";

    /** The value of one whose don't. */
    static final String NOT_DURABLE = "not-durable";

    private static final String FSYNC =
            BrokerSettings.DURABILITY.type().format(BrokerSettings.Durability.FSYNC);

    /** The key that decides it. */
    ConfigKey<?> key() {
        return switch (this) {
            case AUTHORIZER -> BrokerSettings.AUTHORIZER;
            case DURABILITY -> BrokerSettings.DURABILITY;
            case STORAGE -> BrokerSettings.STORAGE;
            case CONSENSUS -> BrokerSettings.CONSENSUS;
            case FLUSH_MESSAGES -> SegmentConfigs.FLUSH_MESSAGES.brokerKey().orElseThrow();
            case FLUSH_MILLIS -> SegmentConfigs.FLUSH_MS.brokerKey().orElseThrow();
            case MIN_INSYNC_REPLICAS ->
                    ReplicationConfigs.MIN_INSYNC_REPLICAS.brokerKey().orElseThrow();
            case REPLICATION_FACTOR -> MetadataSettings.DEFAULT_REPLICATION_FACTOR;
        };
    }

    /** Whether a value protects less than the one before. */
    boolean isLoosened(String before, String now) {
        return switch (this) {
            case AUTHORIZER -> !before.equals(BrokerSettings.NO_AUTHORIZER) && !before.equals(now);
            case DURABILITY -> before.equals(FSYNC) && !now.equals(FSYNC);
            case STORAGE, CONSENSUS -> before.equals(DURABLE) && !now.equals(DURABLE);
            case FLUSH_MESSAGES, FLUSH_MILLIS -> Long.parseLong(now) > Long.parseLong(before);
            case MIN_INSYNC_REPLICAS, REPLICATION_FACTOR ->
                    Long.parseLong(now) < Long.parseLong(before);
        };
    }

    /** What a value gives, in words. */
    String protection(String value) {
        return switch (this) {
            case AUTHORIZER -> "the authoriser '" + value + "'";
            case DURABILITY -> "acknowledgements that wait for an fsync";
            case STORAGE -> "records that outlive the broker's process";
            case CONSENSUS -> "topics that outlive the broker's process";
            case FLUSH_MESSAGES -> "an fsync every " + value + " records";
            case FLUSH_MILLIS -> "an fsync every " + value + " ms";
            case MIN_INSYNC_REPLICAS -> "acknowledgements of " + value + " replicas";
            case REPLICATION_FACTOR -> value + " replicas of new topics";
        };
    }

    /** The guard whose key this is; its name may be Kafka's. */
    static Optional<Guard> find(String name) {
        return Arrays.stream(values())
                .filter(guard ->
                        guard.key().name().equals(name)
                                || guard.key().kafkaName().filter(name::equals).isPresent())
                .findFirst();
    }

    /** The names of all keys. */
    static List<String> keys() {
        return Arrays.stream(values()).map(guard -> guard.key().name()).toList();
    }
}
