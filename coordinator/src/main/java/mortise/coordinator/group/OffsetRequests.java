package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.coordinator.CommandContext;
import mortise.wire.message.OffsetCommitRequest;
import mortise.wire.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import mortise.wire.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import mortise.wire.message.OffsetCommitResponse;
import mortise.wire.message.OffsetCommitResponse.OffsetCommitResponsePartition;
import mortise.wire.message.OffsetCommitResponse.OffsetCommitResponseTopic;
import mortise.wire.message.OffsetDeleteRequest;
import mortise.wire.message.OffsetDeleteResponse;
import mortise.wire.message.OffsetDeleteResponse.OffsetDeleteResponsePartition;
import mortise.wire.message.OffsetDeleteResponse.OffsetDeleteResponseTopic;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestTopics;
import mortise.wire.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import mortise.wire.message.OffsetFetchResponse.OffsetFetchResponsePartitions;
import mortise.wire.message.OffsetFetchResponse.OffsetFetchResponseTopics;
import org.jspecify.annotations.Nullable;

/** Commits, reads, deletes and expires the offsets of groups. */
final class OffsetRequests {
    private static final long NO_OFFSET = -1;
    private static final long RETENTION_OF_BROKER = -1;

    private final GroupSettings settings;

    OffsetRequests(GroupSettings settings) {
        this.settings = settings;
    }

    // ---- OffsetCommit

    /** Commits what a request says; what is too large is refused by itself. */
    OffsetCommitResponse commit(Group group, OffsetCommitRequest request, CommandContext context) {
        List<OffsetCommitResponseTopic> topics = new ArrayList<>(request.topics().size());
        for (OffsetCommitRequestTopic topic : request.topics()) {
            List<OffsetCommitResponsePartition> partitions =
                    new ArrayList<>(topic.partitions().size());
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                ErrorCode error = commit(group, request, topic.name(), partition, context);
                partitions.add(
                        new OffsetCommitResponsePartition()
                                .partitionIndex(partition.partitionIndex())
                                .errorCode(error.code()));
            }
            topics.add(answer(topic).partitions(partitions));
        }
        return new OffsetCommitResponse().topics(topics);
    }

    private ErrorCode commit(
            Group group,
            OffsetCommitRequest request,
            String topic,
            OffsetCommitRequestPartition partition,
            CommandContext context) {
        String said = partition.committedMetadata();
        String metadata = said == null ? "" : said;
        if (metadata.length() > settings.maxMetadataBytes()) {
            return ErrorCode.OFFSET_METADATA_TOO_LARGE;
        }
        long now = context.now().wallMillis();
        long retention = request.retentionTimeMs();
        CommittedOffset committed =
                new CommittedOffset(
                        partition.committedOffset(),
                        partition.committedLeaderEpoch(),
                        metadata,
                        now,
                        retention == RETENTION_OF_BROKER
                                ? CommittedOffset.NO_EXPIRY
                                : now + retention);
        int index = partition.partitionIndex();
        context.append(GroupRecords.of(group.id(), topic, index, committed));
        group.offsets().put(topic, index, committed);
        return ErrorCode.NONE;
    }

    private static OffsetCommitResponseTopic answer(OffsetCommitRequestTopic topic) {
        return new OffsetCommitResponseTopic().name(topic.name()).topicId(topic.topicId());
    }

    /** An answer that says the same of every partition. */
    static OffsetCommitResponse refused(OffsetCommitRequest request, ErrorCode error) {
        List<OffsetCommitResponseTopic> topics = new ArrayList<>(request.topics().size());
        for (OffsetCommitRequestTopic topic : request.topics()) {
            List<OffsetCommitResponsePartition> partitions = new ArrayList<>();
            for (OffsetCommitRequestPartition partition : topic.partitions()) {
                partitions.add(
                        new OffsetCommitResponsePartition()
                                .partitionIndex(partition.partitionIndex())
                                .errorCode(error.code()));
            }
            topics.add(answer(topic).partitions(partitions));
        }
        return new OffsetCommitResponse().topics(topics);
    }

    // ---- OffsetFetch

    /** What is committed: of the topics that are named, or of all. */
    static OffsetFetchResponseGroup fetch(@Nullable Group group, OffsetFetchRequestGroup request) {
        List<OffsetFetchResponseTopics> topics = new ArrayList<>();
        List<OffsetFetchRequestTopics> wanted = request.topics();
        if (wanted == null) {
            if (group != null) {
                for (String topic : group.offsets().topics()) {
                    List<OffsetFetchResponsePartitions> partitions = new ArrayList<>();
                    group.offsets()
                            .of(topic)
                            .forEach(
                                    (index, committed) -> partitions.add(answer(index, committed)));
                    topics.add(new OffsetFetchResponseTopics().name(topic).partitions(partitions));
                }
            }
        } else {
            for (OffsetFetchRequestTopics topic : wanted) {
                List<OffsetFetchResponsePartitions> partitions =
                        new ArrayList<>(topic.partitionIndexes().size());
                for (int index : topic.partitionIndexes()) {
                    partitions.add(
                            answer(
                                    index,
                                    group == null
                                            ? null
                                            : group.offsets().find(topic.name(), index)));
                }
                topics.add(
                        new OffsetFetchResponseTopics()
                                .name(topic.name())
                                .topicId(topic.topicId())
                                .partitions(partitions));
            }
        }
        return new OffsetFetchResponseGroup().groupId(request.groupId()).topics(topics);
    }

    private static OffsetFetchResponsePartitions answer(
            int index, @Nullable CommittedOffset committed) {
        OffsetFetchResponsePartitions partition =
                new OffsetFetchResponsePartitions().partitionIndex(index);
        return committed == null
                ? partition.committedOffset(NO_OFFSET).metadata("")
                : partition
                        .committedOffset(committed.offset())
                        .committedLeaderEpoch(committed.leaderEpoch())
                        .metadata(committed.metadata());
    }

    // ---- OffsetDelete

    /** Deletes offsets of topics that no member subscribes to. */
    static OffsetDeleteResponse delete(
            Group group, OffsetDeleteRequest request, CommandContext context) {
        Membership members = group.members();
        if (!members.letsOffsetsBeDeleted()) {
            return new OffsetDeleteResponse().errorCode(ErrorCode.NON_EMPTY_GROUP.code());
        }
        List<OffsetDeleteResponseTopic> topics = new ArrayList<>(request.topics().size());
        for (var topic : request.topics()) {
            boolean subscribed = members.subscribesTo(topic.name());
            List<OffsetDeleteResponsePartition> partitions = new ArrayList<>();
            for (var partition : topic.partitions()) {
                int index = partition.partitionIndex();
                if (!subscribed) {
                    remove(group, topic.name(), index, context);
                }
                partitions.add(
                        new OffsetDeleteResponsePartition()
                                .partitionIndex(index)
                                .errorCode(
                                        (subscribed
                                                        ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC
                                                        : ErrorCode.NONE)
                                                .code()));
            }
            topics.add(new OffsetDeleteResponseTopic().name(topic.name()).partitions(partitions));
        }
        return new OffsetDeleteResponse().topics(topics);
    }

    /** Deletes one if it is there. */
    static void remove(Group group, String topic, int partition, CommandContext context) {
        if (group.offsets().remove(topic, partition)) {
            context.append(GroupRecords.goneOffset(group.id(), topic, partition));
        }
    }

    /** Deletes all. */
    static void removeAll(Group group, CommandContext context) {
        group.offsets()
                .places((topic, committed) -> true)
                .forEach(place -> remove(group, place.topic(), place.partition(), context));
    }

    // ---- expiry

    /** Deletes what nobody has used for long. */
    void expire(Group group, CommandContext context) {
        Membership members = group.members();
        long now = context.now().wallMillis();
        group.offsets()
                .places((topic, committed) -> hasExpired(members, topic, committed, now))
                .forEach(place -> remove(group, place.topic(), place.partition(), context));
    }

    private boolean hasExpired(
            Membership members, String topic, CommittedOffset committed, long now) {
        if (committed.expireMillis() != CommittedOffset.NO_EXPIRY) {
            return committed.expireMillis() <= now && members.isEmpty();
        }
        long since = members.unusedSince(topic, committed);
        return since != Long.MAX_VALUE && now - since >= settings.retentionMillis();
    }
}
