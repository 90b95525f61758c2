package mortise.coordinator.group;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import mortise.coordinator.CoordinatorRecord;
import mortise.coordinator.RecordFormat;
import mortise.coordinator.group.record.ConsumerGroupCurrentMemberAssignmentKey;
import mortise.coordinator.group.record.ConsumerGroupCurrentMemberAssignmentValue;
import mortise.coordinator.group.record.ConsumerGroupMemberMetadataKey;
import mortise.coordinator.group.record.ConsumerGroupMemberMetadataValue;
import mortise.coordinator.group.record.ConsumerGroupMetadataKey;
import mortise.coordinator.group.record.ConsumerGroupMetadataValue;
import mortise.coordinator.group.record.ConsumerGroupTargetAssignmentMemberKey;
import mortise.coordinator.group.record.ConsumerGroupTargetAssignmentMemberValue;
import mortise.coordinator.group.record.ConsumerGroupTargetAssignmentMetadataKey;
import mortise.coordinator.group.record.ConsumerGroupTargetAssignmentMetadataValue;

/** The records of groups that the broker balances, as they are written. */
final class ConsumerRecords {
    private static final short VERSION = 0;

    private ConsumerRecords() {}

    /** A group and its epoch. */
    static CoordinatorRecord of(ConsumerGroup group) {
        return new CoordinatorRecord(
                groupKey(group.id()),
                RecordFormat.value(
                        new ConsumerGroupMetadataValue()
                                .epoch(group.epoch())
                                .metadataHash(group.metadataHash()),
                        VERSION));
    }

    static CoordinatorRecord goneGroup(String group) {
        return new CoordinatorRecord(groupKey(group), null);
    }

    private static ByteBuffer groupKey(String group) {
        return RecordFormat.key(new ConsumerGroupMetadataKey().groupId(group));
    }

    /** What a member says of itself. */
    static CoordinatorRecord member(String group, ConsumerMember member) {
        return new CoordinatorRecord(
                memberKey(group, member.id()),
                RecordFormat.value(
                        new ConsumerGroupMemberMetadataValue()
                                .instanceId(member.instanceId())
                                .rackId(member.rackId())
                                .clientId(member.client().id())
                                .clientHost(member.client().host())
                                .subscribedTopicNames(List.copyOf(member.subscribedTopics()))
                                .rebalanceTimeoutMs(member.rebalanceTimeoutMs())
                                .serverAssignor(member.assignor()),
                        VERSION));
    }

    static CoordinatorRecord goneMember(String group, String member) {
        return new CoordinatorRecord(memberKey(group, member), null);
    }

    private static ByteBuffer memberKey(String group, String member) {
        return RecordFormat.key(
                new ConsumerGroupMemberMetadataKey().groupId(group).memberId(member));
    }

    /** The epoch that the targets are of. */
    static CoordinatorRecord targets(ConsumerGroup group, long nowMillis) {
        return new CoordinatorRecord(
                targetsKey(group.id()),
                RecordFormat.value(
                        new ConsumerGroupTargetAssignmentMetadataValue()
                                .assignmentEpoch(group.assignmentEpoch())
                                .assignmentTimestamp(nowMillis),
                        VERSION));
    }

    static CoordinatorRecord goneTargets(String group) {
        return new CoordinatorRecord(targetsKey(group), null);
    }

    private static ByteBuffer targetsKey(String group) {
        return RecordFormat.key(new ConsumerGroupTargetAssignmentMetadataKey().groupId(group));
    }

    /** What a member is to have. */
    static CoordinatorRecord target(String group, ConsumerMember member) {
        List<ConsumerGroupTargetAssignmentMemberValue.TopicPartition> topics = new ArrayList<>();
        member.target()
                .topics()
                .forEach((topic, partitions) ->
                        topics.add(
                                new ConsumerGroupTargetAssignmentMemberValue.TopicPartition()
                                        .topicId(topic)
                                        .partitions(Assignment.list(partitions))));
        return new CoordinatorRecord(
                targetKey(group, member.id()),
                RecordFormat.value(
                        new ConsumerGroupTargetAssignmentMemberValue().topicPartitions(topics),
                        VERSION));
    }

    static CoordinatorRecord goneTarget(String group, String member) {
        return new CoordinatorRecord(targetKey(group, member), null);
    }

    private static ByteBuffer targetKey(String group, String member) {
        return RecordFormat.key(
                new ConsumerGroupTargetAssignmentMemberKey().groupId(group).memberId(member));
    }

    /** What a member has. */
    static CoordinatorRecord current(String group, ConsumerMember member) {
        MemberAssignment current = member.current();
        return new CoordinatorRecord(
                currentKey(group, member.id()),
                RecordFormat.value(
                        new ConsumerGroupCurrentMemberAssignmentValue()
                                .memberEpoch(current.epoch())
                                .previousMemberEpoch(current.previousEpoch())
                                .state(current.state().id())
                                .assignedPartitions(stored(current.assigned()))
                                .partitionsPendingRevocation(stored(current.pendingRevocation())),
                        VERSION));
    }

    static CoordinatorRecord goneCurrent(String group, String member) {
        return new CoordinatorRecord(currentKey(group, member), null);
    }

    private static ByteBuffer currentKey(String group, String member) {
        return RecordFormat.key(
                new ConsumerGroupCurrentMemberAssignmentKey().groupId(group).memberId(member));
    }

    private static List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> stored(
            Assignment assignment) {
        List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> topics = new ArrayList<>();
        assignment
                .topics()
                .forEach((topic, partitions) ->
                        topics.add(
                                new ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions()
                                        .topicId(topic)
                                        .partitions(Assignment.list(partitions))));
        return topics;
    }
}
