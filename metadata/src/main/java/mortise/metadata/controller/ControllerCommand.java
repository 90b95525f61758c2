package mortise.metadata.controller;

import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import mortise.api.TopicId;
import mortise.metadata.BrokerImage;
import mortise.metadata.config.ConfigEntry;
import org.jspecify.annotations.Nullable;

/**
 * A change of the cluster that somebody asks the controller for.
 *
 * @param <R> what is answered
 */
public sealed interface ControllerCommand<R> {
    /**
     * Creates topics; each by itself succeeds or is refused.
     *
     * @param automatic whether nobody asked for a creation, only for topics that are not there
     */
    record CreateTopics(List<NewTopic> topics, boolean validateOnly, boolean automatic)
            implements ControllerCommand<List<CreatedTopic>> {
        public CreateTopics {
            topics = List.copyOf(topics);
        }

        /** Topics that somebody asks to be created. */
        public CreateTopics(List<NewTopic> topics, boolean validateOnly) {
            this(topics, validateOnly, false);
        }

        /** Topics that somebody asked about as if they were there. */
        public static CreateTopics automatically(List<NewTopic> topics) {
            return new CreateTopics(topics, false, true);
        }
    }

    /**
     * A topic to be created.
     *
     * @param partitions how many, or -1 for the default or if they are assigned
     * @param replicationFactor how many replicas each, or -1 for the default or if they are
     *     assigned
     * @param assignments the brokers of each partition by index; empty: the controller places them
     * @param configs by Kafka's names; a null value is refused
     */
    record NewTopic(
            String name,
            int partitions,
            int replicationFactor,
            Map<Integer, List<Integer>> assignments,
            Map<String, @Nullable String> configs) {
        // spelled out, for a compact constructor does not say in its class file what may be null
        public NewTopic(
                String name,
                int partitions,
                int replicationFactor,
                Map<Integer, List<Integer>> assignments,
                Map<String, @Nullable String> configs) {
            this.name = name;
            this.partitions = partitions;
            this.replicationFactor = replicationFactor;
            this.assignments = Map.copyOf(assignments);
            this.configs = Collections.unmodifiableMap(new HashMap<>(configs));
        }
    }

    /** What became of a {@link NewTopic}; ID and shape mean something if it was accepted. */
    record CreatedTopic(
            String name,
            Verdict verdict,
            TopicId id,
            int partitions,
            int replicationFactor,
            List<ConfigEntry> configs) {
        public CreatedTopic {
            configs = List.copyOf(configs);
        }
    }

    /**
     * Makes topics known whose logs lie in a broker's store already: each by itself succeeds or is
     * refused. One that is there with the same name and ID counts as done.
     *
     * @param brokerId the broker, which is the only replica of every partition
     * @param nextProducerId producer IDs below this one may have written to the topics, and are
     *     given to nobody from now on
     */
    record ImportTopics(int brokerId, List<ImportedTopic> topics, long nextProducerId)
            implements ControllerCommand<List<TopicVerdict>> {
        public ImportTopics {
            topics = List.copyOf(topics);
        }
    }

    /**
     * A topic with a history.
     *
     * @param leaderEpochs the leader epoch that each partition begins with, by index: above all
     *     that its log has
     * @param configs by Kafka's names
     */
    record ImportedTopic(
            String name, TopicId id, List<Integer> leaderEpochs, Map<String, String> configs) {
        public ImportedTopic {
            leaderEpochs = List.copyOf(leaderEpochs);
            configs = Map.copyOf(configs);
        }
    }

    /** Deletes topics; each by itself succeeds or is refused. */
    record DeleteTopics(List<TopicRef> topics) implements ControllerCommand<List<DeletedTopic>> {
        public DeleteTopics {
            topics = List.copyOf(topics);
        }
    }

    /** A topic by its name or, if that is null, by its ID. */
    record TopicRef(@Nullable String name, TopicId id) {}

    /** What became of a {@link TopicRef}; the name is null if the ID is unknown. */
    record DeletedTopic(@Nullable String name, TopicId id, Verdict verdict) {}

    /** Adds partitions to topics; each by itself succeeds or is refused. */
    record CreatePartitions(List<MorePartitions> topics, boolean validateOnly)
            implements ControllerCommand<List<TopicVerdict>> {
        public CreatePartitions {
            topics = List.copyOf(topics);
        }
    }

    /**
     * Partitions to be added.
     *
     * @param count how many the topic is to have in all
     * @param assignments the brokers of each new partition; null: the controller places them
     */
    record MorePartitions(String topic, int count, @Nullable List<List<Integer>> assignments) {}

    /** What became of a topic's part of a command. */
    record TopicVerdict(String topic, Verdict verdict) {}

    /** Changes configurations; each resource by itself is changed as a whole or refused. */
    record AlterConfigs(List<ConfigAlteration> resources, boolean validateOnly)
            implements ControllerCommand<List<Verdict>> {
        public AlterConfigs {
            resources = List.copyOf(resources);
        }
    }

    /**
     * Changes to one resource.
     *
     * @param resourceType Kafka's number
     * @param replaceAll whether values that are not mentioned go back to their defaults
     */
    record ConfigAlteration(
            byte resourceType,
            String resourceName,
            boolean replaceAll,
            List<ConfigChange> changes) {
        public ConfigAlteration {
            changes = List.copyOf(changes);
        }
    }

    /** A change to one value; the operation is Kafka's number. */
    record ConfigChange(String name, byte operation, @Nullable String value) {
        /** Sets the value. */
        public static final byte SET = 0;

        /** Goes back to the default. */
        public static final byte DELETE = 1;

        /** Adds elements to a list. */
        public static final byte APPEND = 2;

        /** Takes elements from a list. */
        public static final byte SUBTRACT = 3;
    }

    /**
     * Makes a run of a broker known. It stays fenced, and the partitions that it led begin a new
     * leader epoch. The reply is its broker epoch.
     *
     * @param clusterId the cluster that the broker's data belongs to
     */
    record RegisterBroker(
            String clusterId,
            int brokerId,
            UUID incarnation,
            @Nullable String rack,
            List<BrokerImage.Endpoint> endpoints)
            implements ControllerCommand<Long> {
        public RegisterBroker {
            endpoints = List.copyOf(endpoints);
        }
    }

    /** Lets clients come to a registered broker. The reply is its broker epoch. */
    record UnfenceBroker(int brokerId, long brokerEpoch) implements ControllerCommand<Long> {}

    /** Gives a broker producer IDs that nobody has had. */
    record AllocateProducerIds(int brokerId) implements ControllerCommand<ProducerIdBlock> {}

    /** Producer IDs from {@code first} on. */
    record ProducerIdBlock(long first, int count) {}
}
