package mortise.broker;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import mortise.api.config.ConfigKey;
import mortise.broker.config.BrokerSettings;
import mortise.broker.metadata.config.MetadataSettings;
import mortise.broker.metadata.config.TopicConfigs;

/**
 * Something that protects records or clients, by the key that decides it. Its value is text, so
 * that a data directory can remember it.
 */
enum Guard {
    /** Who may do what. */
    AUTHORIZER {
        @Override
        ConfigKey<?> key() {
            return BrokerSettings.AUTHORIZER;
        }

        @Override
        boolean isLoosened(String before, String now) {
            return !before.equals(BrokerSettings.NO_AUTHORIZER) && !before.equals(now);
        }

        @Override
        String protection(String value) {
            return "the authoriser '" + value + "'";
        }
    },
    /** What an acknowledgement promises. */
    DURABILITY {
        @Override
        ConfigKey<?> key() {
            return BrokerSettings.DURABILITY;
        }

        @Override
        boolean isLoosened(String before, String now) {
            return before.equals(FSYNC) && !now.equals(FSYNC);
        }

        @Override
        String protection(String value) {
            return "acknowledgements that wait for an fsync";
        }
    },
    /** Whether records outlive the process. */
    STORAGE {
        @Override
        ConfigKey<?> key() {
            return BrokerSettings.STORAGE;
        }

        @Override
        boolean isLoosened(String before, String now) {
            return before.equals(DURABLE) && !now.equals(DURABLE);
        }

        @Override
        String protection(String value) {
            return "records that outlive the broker's process";
        }
    },
    /** Whether topics outlive the process. */
    CONSENSUS {
        @Override
        ConfigKey<?> key() {
            return BrokerSettings.CONSENSUS;
        }

        @Override
        boolean isLoosened(String before, String now) {
            return before.equals(DURABLE) && !now.equals(DURABLE);
        }

        @Override
        String protection(String value) {
            return "topics that outlive the broker's process";
        }
    },
    /** After how many records an fsync comes at the latest. */
    FLUSH_MESSAGES {
        @Override
        ConfigKey<?> key() {
            return TopicConfigs.FLUSH_MESSAGES.brokerKey().orElseThrow();
        }

        @Override
        boolean isLoosened(String before, String now) {
            return Long.parseLong(now) > Long.parseLong(before);
        }

        @Override
        String protection(String value) {
            return "an fsync every " + value + " records";
        }
    },
    /** After what time an fsync comes at the latest. */
    FLUSH_MILLIS {
        @Override
        ConfigKey<?> key() {
            return TopicConfigs.FLUSH_MS.brokerKey().orElseThrow();
        }

        @Override
        boolean isLoosened(String before, String now) {
            return Long.parseLong(now) > Long.parseLong(before);
        }

        @Override
        String protection(String value) {
            return "an fsync every " + value + " ms";
        }
    },
    /** How many replicas acknowledge. */
    MIN_INSYNC_REPLICAS {
        @Override
        ConfigKey<?> key() {
            return TopicConfigs.MIN_INSYNC_REPLICAS.brokerKey().orElseThrow();
        }

        @Override
        boolean isLoosened(String before, String now) {
            return Long.parseLong(now) < Long.parseLong(before);
        }

        @Override
        String protection(String value) {
            return "acknowledgements of " + value + " replicas";
        }
    },
    /** How many replicas new topics get. */
    REPLICATION_FACTOR {
        @Override
        ConfigKey<?> key() {
            return MetadataSettings.DEFAULT_REPLICATION_FACTOR;
        }

        @Override
        boolean isLoosened(String before, String now) {
            return Long.parseLong(now) < Long.parseLong(before);
        }

        @Override
        String protection(String value) {
            return value + " replicas of new topics";
        }
    };

    /** The value of a plugin whose capabilities include durability. */
    static final String DURABLE = "durable";

    /** The value of one whose don't. */
    static final String NOT_DURABLE = "not-durable";

    private static final String FSYNC =
            BrokerSettings.DURABILITY.type().format(BrokerSettings.Durability.FSYNC);

    /** The key that decides it. */
    abstract ConfigKey<?> key();

    /** Whether a value protects less than the one before. */
    abstract boolean isLoosened(String before, String now);

    /** What a value gives, in words. */
    abstract String protection(String value);

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
