package mortise.broker.group.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mortise.wire.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import mortise.wire.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import mortise.wire.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import mortise.wire.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestTopics;

/**
 * What a request names, each thing once: an answer is not larger for what is named again and again.
 * Of several commits for one partition the last counts.
 */
final class Once {
    private Once() {}

    static List<OffsetCommitRequestTopic> committed(List<OffsetCommitRequestTopic> topics) {
        record Key(String name, Object id) {}
        Map<Key, OffsetCommitRequestTopic> byTopic = new LinkedHashMap<>();
        for (OffsetCommitRequestTopic topic : topics) {
            OffsetCommitRequestTopic first =
                    byTopic.putIfAbsent(new Key(topic.name(), topic.topicId()), topic);
            if (first != null) {
                List<OffsetCommitRequestPartition> all = new ArrayList<>(first.partitions());
                all.addAll(topic.partitions());
                first.partitions(lastOfEach(all));
            }
        }
        byTopic.values().forEach(topic -> topic.partitions(lastOfEach(topic.partitions())));
        return new ArrayList<>(byTopic.values());
    }

    private static List<OffsetCommitRequestPartition> lastOfEach(
            List<OffsetCommitRequestPartition> partitions) {
        if (partitions.size() < 2) {
            return partitions;
        }
        Map<Integer, OffsetCommitRequestPartition> last = new LinkedHashMap<>();
        partitions.forEach(partition -> last.put(partition.partitionIndex(), partition));
        return new ArrayList<>(last.values());
    }

    static List<OffsetDeleteRequestTopic> deleted(List<OffsetDeleteRequestTopic> topics) {
        Map<String, Map<Integer, OffsetDeleteRequestPartition>> byTopic = new LinkedHashMap<>();
        for (OffsetDeleteRequestTopic topic : topics) {
            Map<Integer, OffsetDeleteRequestPartition> named =
                    byTopic.computeIfAbsent(topic.name(), name -> new LinkedHashMap<>());
            topic.partitions()
                    .forEach(partition -> named.put(partition.partitionIndex(), partition));
        }
        List<OffsetDeleteRequestTopic> once = new ArrayList<>(byTopic.size());
        byTopic.forEach((name, named) ->
                once.add(
                        new OffsetDeleteRequestTopic()
                                .name(name)
                                .partitions(new ArrayList<>(named.values()))));
        return once;
    }

    /**
     * Groups, and their topics and partitions; of one group that is named again the first counts.
     */
    static List<OffsetFetchRequestGroup> fetched(List<OffsetFetchRequestGroup> groups) {
        Map<String, OffsetFetchRequestGroup> byName = new LinkedHashMap<>();
        for (OffsetFetchRequestGroup group : groups) {
            if (byName.putIfAbsent(group.groupId(), group) == null) {
                List<OffsetFetchRequestTopics> topics = group.topics();
                group.topics(topics == null ? null : fetchedTopics(topics));
            }
        }
        return new ArrayList<>(byName.values());
    }

    private static List<OffsetFetchRequestTopics> fetchedTopics(
            List<OffsetFetchRequestTopics> topics) {
        record Key(String name, Object id) {}
        Map<Key, List<Integer>> byTopic = new LinkedHashMap<>();
        Map<Key, OffsetFetchRequestTopics> firsts = new LinkedHashMap<>();
        for (OffsetFetchRequestTopics topic : topics) {
            Key key = new Key(topic.name(), topic.topicId());
            firsts.putIfAbsent(key, topic);
            byTopic.computeIfAbsent(key, one -> new ArrayList<>()).addAll(topic.partitionIndexes());
        }
        firsts.forEach((key, topic) ->
                topic.partitionIndexes(
                        byTopic.getOrDefault(key, List.of()).stream().distinct().toList()));
        return new ArrayList<>(firsts.values());
    }
}
