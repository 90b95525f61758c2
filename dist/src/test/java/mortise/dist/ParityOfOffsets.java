package mortise.dist;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import mortise.wire.ApiKey;
import mortise.wire.message.OffsetCommitRequest;
import mortise.wire.message.OffsetCommitRequest.OffsetCommitRequestPartition;
import mortise.wire.message.OffsetCommitRequest.OffsetCommitRequestTopic;
import mortise.wire.message.OffsetDeleteRequest;
import mortise.wire.message.OffsetDeleteRequest.OffsetDeleteRequestPartition;
import mortise.wire.message.OffsetDeleteRequest.OffsetDeleteRequestTopic;
import mortise.wire.message.OffsetFetchRequest;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestTopic;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestTopics;

/** Requests that commit, read and delete offsets of groups without members. */
final class ParityOfOffsets {
    private static final String TOPIC = "offsets";
    private static final short FIRST_COMMIT_WITH_IDS = 10;
    private static final short FIRST_FETCH_WITH_GROUPS = 8;
    private static final short FIRST_FETCH_WITH_IDS = 10;

    private final Parity parity;

    ParityOfOffsets(Parity parity) {
        this.parity = parity;
    }

    void commit() {
        parity.createTopic(TOPIC, 3, Map.of());
        committing("an offset", request -> {});
        committing("without a group", request -> request.groupId(""));
        committing(
                "in a generation of no group",
                request -> request.groupId("none").generationIdOrMemberEpoch(3));
        committing("as a member", request -> request.memberId("stranger"));
        committing(
                "in a generation",
                request -> request.memberId("stranger").generationIdOrMemberEpoch(1));
        committing(
                "with metadata",
                request ->
                        request.topics()
                                .getFirst()
                                .partitions()
                                .getFirst()
                                .committedMetadata("here"));
        committing(
                "with much metadata",
                request ->
                        request.topics()
                                .getFirst()
                                .partitions()
                                .getFirst()
                                .committedMetadata("x".repeat(5_000)));
        parity.inVersions(
                ApiKey.OFFSET_COMMIT,
                "of an unknown topic",
                2,
                9,
                (side, version) -> commit(side, version, "nowhere"));
        parity.inVersions(
                ApiKey.OFFSET_COMMIT,
                "of an unknown ID",
                10,
                10,
                (side, version) -> {
                    OffsetCommitRequest request = commit(side, version, TOPIC);
                    request.topics().getFirst().topicId(ParityOfTopics.UNKNOWN_ID);
                    return request;
                });
        parity.everyVersion(
                ApiKey.OFFSET_COMMIT,
                "of no topic",
                (side, version) -> commit(side, version, TOPIC).topics(List.of()));
    }

    private void committing(String name, Consumer<OffsetCommitRequest> change) {
        parity.everyVersion(
                ApiKey.OFFSET_COMMIT,
                name,
                (side, version) -> {
                    OffsetCommitRequest request = commit(side, version, TOPIC);
                    change.accept(request);
                    return request;
                });
    }

    private static OffsetCommitRequest commit(Parity.Side side, short version, String topic) {
        OffsetCommitRequestTopic committed =
                new OffsetCommitRequestTopic()
                        .partitions(
                                List.of(
                                        new OffsetCommitRequestPartition()
                                                .partitionIndex(1)
                                                .committedOffset(40 + version)));
        return new OffsetCommitRequest()
                .groupId("simple")
                .topics(
                        List.of(
                                version < FIRST_COMMIT_WITH_IDS
                                        ? committed.name(topic)
                                        : committed.topicId(side.topicId(topic))));
    }

    void fetch() {
        fetching("committed and not", "simple", TOPIC);
        fetching("of no group", "none", TOPIC);
        fetching("without a group", "", TOPIC);
        parity.inVersions(
                ApiKey.OFFSET_FETCH,
                "of an unknown topic",
                1,
                9,
                (side, version) -> fetch(side, version, "simple", "nowhere"));
        parity.inVersions(
                ApiKey.OFFSET_FETCH,
                "all of a group",
                2,
                7,
                (side, version) -> new OffsetFetchRequest().groupId("simple").topics(null));
        parity.inVersions(
                ApiKey.OFFSET_FETCH,
                "all of two groups",
                8,
                10,
                (side, version) ->
                        new OffsetFetchRequest()
                                .groups(
                                        List.of(
                                                new OffsetFetchRequestGroup()
                                                        .groupId("simple")
                                                        .topics(null),
                                                new OffsetFetchRequestGroup()
                                                        .groupId("none")
                                                        .topics(null))));
        parity.inVersions(
                ApiKey.OFFSET_FETCH,
                "as a member of a group without members",
                9,
                10,
                (side, version) -> {
                    OffsetFetchRequest request = fetch(side, version, "simple", TOPIC);
                    request.groups().getFirst().memberId("stranger").memberEpoch(3);
                    return request;
                });
    }

    private void fetching(String name, String group, String topic) {
        parity.everyVersion(
                ApiKey.OFFSET_FETCH, name, (side, version) -> fetch(side, version, group, topic));
    }

    private static OffsetFetchRequest fetch(
            Parity.Side side, short version, String group, String topic) {
        List<Integer> partitions = List.of(0, 1, 9);
        if (version < FIRST_FETCH_WITH_GROUPS) {
            return new OffsetFetchRequest()
                    .groupId(group)
                    .topics(
                            List.of(
                                    new OffsetFetchRequestTopic()
                                            .name(topic)
                                            .partitionIndexes(partitions)));
        }
        OffsetFetchRequestTopics topics =
                new OffsetFetchRequestTopics().partitionIndexes(partitions);
        return new OffsetFetchRequest()
                .groups(
                        List.of(
                                new OffsetFetchRequestGroup()
                                        .groupId(group)
                                        .topics(
                                                List.of(
                                                        version < FIRST_FETCH_WITH_IDS
                                                                ? topics.name(topic)
                                                                : topics.topicId(
                                                                        side.topicId(topic))))));
    }

    void delete() {
        deleting("of no group", "none", TOPIC);
        deleting("of an unknown topic", "simple", "nowhere");
        deleting("committed and not", "simple", TOPIC);
        deleting("again", "simple", TOPIC);
        fetching("after the deletion", "simple", TOPIC);
    }

    private void deleting(String name, String group, String topic) {
        parity.everyVersion(
                ApiKey.OFFSET_DELETE,
                name,
                (side, version) ->
                        new OffsetDeleteRequest()
                                .groupId(group)
                                .topics(
                                        List.of(
                                                new OffsetDeleteRequestTopic()
                                                        .name(topic)
                                                        .partitions(
                                                                List.of(
                                                                        partition(1),
                                                                        partition(2))))));
    }

    private static OffsetDeleteRequestPartition partition(int index) {
        return new OffsetDeleteRequestPartition().partitionIndex(index);
    }
}
