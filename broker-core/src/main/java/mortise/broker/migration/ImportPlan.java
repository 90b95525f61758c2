package mortise.broker.migration;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import mortise.api.TopicPartition;
import mortise.metadata.TopicNames;
import mortise.metadata.config.StoreTraits;
import mortise.metadata.config.TopicConfig;
import mortise.metadata.config.TopicConfigs;
import mortise.metadata.kafka.KafkaClusterMetadata;
import mortise.metadata.kafka.KafkaTopic;
import mortise.metadata.kafka.KafkaTopic.KafkaPartition;
import org.jspecify.annotations.Nullable;

/**
 * What of an Apache Kafka cluster can be imported, and what is left behind and why.
 *
 * @param topics what can be, by name
 * @param leftBehind why a topic cannot be, by name
 * @param notes what else is left behind, in sentences
 */
public record ImportPlan(
        List<PlannedTopic> topics, Map<String, String> leftBehind, List<String> notes) {
    /** Without these a topic would keep other records than it should. */
    private static final Set<String> ESSENTIAL =
            Set.of("cleanup.policy", "retention.ms", "retention.bytes", "delete.retention.ms");

    private static final String REMOTE = "remote.storage.enable";

    public ImportPlan {
        topics = List.copyOf(topics);
        leftBehind = new TreeMap<>(leftBehind);
        notes = List.copyOf(notes);
    }

    /**
     * A topic that can be imported.
     *
     * @param logs of its partitions, by index
     * @param configs what is taken over, by name
     * @param refusedConfigs why the others are not, by name
     */
    public record PlannedTopic(
            KafkaTopic topic,
            List<KafkaLog> logs,
            Map<String, String> configs,
            Map<String, String> refusedConfigs,
            long bytes) {
        public PlannedTopic {
            logs = List.copyOf(logs);
            configs = Map.copyOf(configs);
            refusedConfigs = new TreeMap<>(refusedConfigs);
        }
    }

    /**
     * Plans.
     *
     * @param wanted the names of topics; empty: all
     * @param mostConfigLength the longest text of a configuration's value
     * @throws RefusedKafkaDirectoryException if a wanted topic is not there or cannot be imported
     */
    public static ImportPlan of(
            KafkaClusterMetadata metadata,
            List<KafkaDirectory> directories,
            Set<String> wanted,
            StoreTraits store,
            int mostConfigLength) {
        Map<TopicPartition, List<KafkaLog>> logs = new HashMap<>();
        directories.forEach(directory ->
                directory
                        .logs()
                        .forEach(log ->
                                logs.computeIfAbsent(log.partition(), key -> new ArrayList<>())
                                        .add(log)));
        Planner planner = new Planner(logs, store, mostConfigLength);
        Set<String> missing = new TreeSet<>(wanted);
        for (KafkaTopic topic : metadata.topics()) {
            missing.remove(topic.name());
            if (wanted.isEmpty() || wanted.contains(topic.name())) {
                planner.plan(topic);
            }
        }
        if (!missing.isEmpty()) {
            throw new RefusedKafkaDirectoryException(
                    "there is no topic " + String.join(", ", missing) + " in the metadata");
        }
        if (!wanted.isEmpty() && !planner.leftBehind.isEmpty()) {
            throw new RefusedKafkaDirectoryException(
                    "topic "
                            + planner.leftBehind.entrySet().stream()
                                    .map(left ->
                                            left.getKey()
                                                    + " cannot be imported: "
                                                    + left.getValue())
                                    .findFirst()
                                    .orElseThrow());
        }
        return new ImportPlan(planner.planned, planner.leftBehind, notes(metadata, directories));
    }

    private static List<String> notes(
            KafkaClusterMetadata metadata, List<KafkaDirectory> directories) {
        List<String> notes = new ArrayList<>();
        directories.stream()
                .filter(directory -> !directory.cleanlyStopped())
                .forEach(directory ->
                        notes.add(
                                directory.path()
                                        + " was not stopped cleanly: each log ends at its last whole batch"));
        metadata.brokerConfigs()
                .forEach((broker, values) ->
                        notes.add(
                                "the configuration of "
                                        + (broker.isEmpty() ? "all brokers" : "broker " + broker)
                                        + " is left behind: "
                                        + String.join(", ", new TreeSet<>(values.keySet()))));
        return notes;
    }

    /** Decides topic by topic. */
    private static final class Planner {
        private final Map<TopicPartition, List<KafkaLog>> logs;
        private final StoreTraits store;
        private final int mostConfigLength;
        private final List<PlannedTopic> planned = new ArrayList<>();
        private final Map<String, String> leftBehind = new LinkedHashMap<>();

        Planner(Map<TopicPartition, List<KafkaLog>> logs, StoreTraits store, int mostConfigLength) {
            this.logs = logs;
            this.store = store;
            this.mostConfigLength = mostConfigLength;
        }

        void plan(KafkaTopic topic) {
            Map<String, String> kept = new TreeMap<>();
            Map<String, String> refused = new TreeMap<>();
            topic.configs()
                    .forEach((name, value) -> {
                        String problem = problem(name, value);
                        if (problem == null) {
                            kept.put(name, value);
                        } else {
                            refused.put(name, "'" + value + "': " + problem);
                        }
                    });
            List<KafkaLog> chosen = new ArrayList<>();
            String obstacle = obstacle(topic, refused);
            if (obstacle == null) {
                obstacle = choose(topic, chosen);
            }
            if (obstacle == null) {
                try {
                    planned.add(
                            new PlannedTopic(
                                    topic,
                                    chosen,
                                    kept,
                                    refused,
                                    chosen.stream().mapToLong(KafkaLog::bytes).sum()));
                    return;
                } catch (RefusedKafkaDirectoryException unreadable) {
                    obstacle = String.valueOf(unreadable.getMessage());
                }
            }
            leftBehind.put(topic.name(), obstacle);
        }

        private static @Nullable String obstacle(KafkaTopic topic, Map<String, String> refused) {
            String name = TopicNames.problem(topic.name());
            if (name != null) {
                return name;
            }
            if (TopicNames.isInternal(topic.name()) || TopicNames.isReserved(topic.name())) {
                return "it holds Apache Kafka's own state (of consumer groups, transactions or share groups), which is not taken over";
            }
            if (Boolean.parseBoolean(topic.configs().get(REMOTE))) {
                return "a part of its records lies in remote storage ("
                        + REMOTE
                        + "), which is not read";
            }
            if (topic.partitions().isEmpty()) {
                return "it has no partitions";
            }
            for (Map.Entry<String, String> config : refused.entrySet()) {
                if (ESSENTIAL.contains(config.getKey())) {
                    return "its " + config.getKey() + " cannot be kept, " + config.getValue();
                }
            }
            return null;
        }

        private @Nullable String problem(String name, String value) {
            Optional<TopicConfig<?>> config = TopicConfigs.find(name);
            if (config.isEmpty()) {
                return "this broker has no such configuration";
            }
            return value.length() > mostConfigLength
                    ? "it has more than " + mostConfigLength + " characters"
                    : config.get().problem(value, store);
        }

        /** Chooses a log of each partition; says why there is none for one of them. */
        private @Nullable String choose(KafkaTopic topic, List<KafkaLog> chosen) {
            List<Integer> missing = new ArrayList<>();
            for (KafkaPartition partition : topic.partitions()) {
                KafkaLog best = null;
                for (KafkaLog log :
                        logs.getOrDefault(
                                new TopicPartition(topic.name(), partition.index()), List.of())) {
                    if (topic.id().equals(log.topicId())
                            && (best == null || isBetter(log, best, partition))) {
                        best = log;
                    }
                }
                if (best == null) {
                    missing.add(partition.index());
                } else {
                    chosen.add(best);
                }
            }
            return missing.isEmpty()
                    ? null
                    : "no log of its partition"
                            + (missing.size() == 1 ? " " : "s ")
                            + some(missing)
                            + " lies in the directories that were named; name all log directories"
                            + " with --from (of several brokers, if they hold replicas)";
        }

        private static String some(List<Integer> partitions) {
            int most = 20;
            return partitions.size() <= most
                    ? partitions.toString().replaceAll("[\\[\\]]", "")
                    : partitions.subList(0, most).toString().replaceAll("[\\[\\]]", "")
                            + " and "
                            + (partitions.size() - most)
                            + " more";
        }

        /** The leader has all that was acknowledged; of others, who has more. */
        private static boolean isBetter(KafkaLog log, KafkaLog than, KafkaPartition partition) {
            boolean leads = log.nodeId() == partition.leader();
            boolean led = than.nodeId() == partition.leader();
            return leads != led
                    ? leads
                    : log.newestBase() != than.newestBase()
                            ? log.newestBase() > than.newestBase()
                            : log.bytes() > than.bytes();
        }
    }
}
