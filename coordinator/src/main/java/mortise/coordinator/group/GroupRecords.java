package mortise.coordinator.group;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import mortise.coordinator.CoordinatorRecord;
import mortise.coordinator.RecordFormat;
import mortise.coordinator.group.record.GroupMetadataKey;
import mortise.coordinator.group.record.GroupMetadataValue;
import mortise.coordinator.group.record.GroupMetadataValue.MemberMetadata;
import mortise.coordinator.group.record.OffsetCommitKey;
import mortise.coordinator.group.record.OffsetCommitValue;

/** The records of groups, as they are written. */
final class GroupRecords {
    /** The versions that Apache Kafka 4 writes. */
    private static final short GROUP_METADATA_VERSION = 3;

    private static final short OFFSET_COMMIT_VERSION = 3;

    /** The one that a commit with an expiry of its own needs. */
    private static final short OFFSET_COMMIT_WITH_EXPIRY_VERSION = 1;

    private GroupRecords() {}

    /** The members of a classic group as they are now. */
    static CoordinatorRecord of(ClassicGroup group) {
        String protocol = group.protocol();
        List<MemberMetadata> members = new ArrayList<>(group.size());
        for (ClassicMember member : group.members()) {
            members.add(
                    new MemberMetadata()
                            .memberId(member.id())
                            .groupInstanceId(member.instanceId())
                            .clientId(member.client().id())
                            .clientHost(member.client().host())
                            .rebalanceTimeout(member.rebalanceTimeoutMs())
                            .sessionTimeout(member.sessionTimeoutMs())
                            .subscription(member.metadata(protocol))
                            .assignment(member.assignment()));
        }
        String type = group.protocolType();
        return new CoordinatorRecord(
                RecordFormat.key(new GroupMetadataKey().group(group.id())),
                RecordFormat.value(
                        new GroupMetadataValue()
                                .protocolType(type == null ? "" : type)
                                .generation(group.generation())
                                .protocol(protocol)
                                .leader(group.leader())
                                .currentStateTimestamp(group.stateSinceMillis())
                                .members(members),
                        GROUP_METADATA_VERSION));
    }

    /** A group is gone. */
    static CoordinatorRecord goneGroup(String group) {
        return new CoordinatorRecord(RecordFormat.key(new GroupMetadataKey().group(group)), null);
    }

    /** An offset is committed. */
    static CoordinatorRecord of(
            String group, String topic, int partition, CommittedOffset committed) {
        return new CoordinatorRecord(
                key(group, topic, partition),
                RecordFormat.value(
                        new OffsetCommitValue()
                                .offset(committed.offset())
                                .leaderEpoch(committed.leaderEpoch())
                                .metadata(committed.metadata())
                                .commitTimestamp(committed.commitMillis())
                                .expireTimestamp(committed.expireMillis()),
                        committed.expireMillis() == CommittedOffset.NO_EXPIRY
                                ? OFFSET_COMMIT_VERSION
                                : OFFSET_COMMIT_WITH_EXPIRY_VERSION));
    }

    /** An offset is gone. */
    static CoordinatorRecord goneOffset(String group, String topic, int partition) {
        return new CoordinatorRecord(key(group, topic, partition), null);
    }

    private static ByteBuffer key(String group, String topic, int partition) {
        return RecordFormat.key(
                new OffsetCommitKey().group(group).topic(topic).partition(partition));
    }
}
