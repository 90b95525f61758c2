package mortise.coordinator.group;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
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
import org.jspecify.annotations.Nullable;

/** Makes groups that the broker balances of their records. Confined to the coordinator. */
final class ConsumerReplay {
    private final Map<String, Group> groups;
    private final ClassicRebalance rebalance;
    private final ConsumerRequests requests;

    ConsumerReplay(
            Map<String, Group> groups, ClassicRebalance rebalance, ConsumerRequests requests) {
        this.groups = groups;
        this.rebalance = rebalance;
        this.requests = requests;
    }

    /** The group of a record, which is one of this kind from here on. */
    private ConsumerGroup groupOrNew(String id) {
        Group group = groups.get(id);
        ConsumerGroup known = group == null ? null : group.consumers();
        if (known != null) {
            return known;
        }
        ConsumerGroup members = requests.newGroup(id);
        if (group == null) {
            groups.put(id, new Group(members, new GroupOffsets()));
        } else {
            group.members(members);
        }
        return members;
    }

    private @Nullable ConsumerGroup find(String id) {
        Group group = groups.get(id);
        return group == null ? null : group.consumers();
    }

    private @Nullable ConsumerMember find(String group, String member) {
        ConsumerGroup members = find(group);
        return members == null ? null : members.member(member);
    }

    void group(ConsumerGroupMetadataKey key, @Nullable ByteBuffer value) {
        if (value == null) {
            Group group = groups.get(key.groupId());
            if (group != null && group.consumers() != null) {
                GroupReplay.withoutMembers(groups, group, rebalance);
            }
            return;
        }
        ConsumerGroupMetadataValue stored =
                RecordFormat.readValue(new ConsumerGroupMetadataValue(), value);
        groupOrNew(key.groupId()).epoch(stored.epoch(), stored.metadataHash());
    }

    void member(ConsumerGroupMemberMetadataKey key, @Nullable ByteBuffer value) {
        if (value == null) {
            ConsumerGroup group = find(key.groupId());
            ConsumerMember member = find(key.groupId(), key.memberId());
            if (group != null && member != null) {
                group.remove(member);
            }
            return;
        }
        ConsumerGroupMemberMetadataValue stored =
                RecordFormat.readValue(new ConsumerGroupMemberMetadataValue(), value);
        ConsumerGroup group = groupOrNew(key.groupId());
        ConsumerMember member = group.member(key.memberId());
        GroupClient client = new GroupClient(stored.clientId(), stored.clientHost(), (short) 0);
        if (member == null) {
            member = requests.newMember(group, key.memberId(), stored.instanceId(), client);
            group.add(member);
        }
        member.update(
                new ConsumerMember.Said(
                        client,
                        stored.rackId(),
                        stored.rebalanceTimeoutMs(),
                        new TreeSet<>(stored.subscribedTopicNames()),
                        stored.serverAssignor()));
    }

    void targets(ConsumerGroupTargetAssignmentMetadataKey key, @Nullable ByteBuffer value) {
        if (value == null) {
            ConsumerGroup group = find(key.groupId());
            if (group != null) {
                group.assignmentEpoch(-1);
            }
            return;
        }
        groupOrNew(key.groupId())
                .assignmentEpoch(
                        RecordFormat.readValue(
                                        new ConsumerGroupTargetAssignmentMetadataValue(), value)
                                .assignmentEpoch());
    }

    void target(ConsumerGroupTargetAssignmentMemberKey key, @Nullable ByteBuffer value) {
        ConsumerMember member = find(key.groupId(), key.memberId());
        if (member == null) {
            requireGone(key.memberId(), value);
            return;
        }
        if (value == null) {
            member.target(Assignment.NONE);
            return;
        }
        Assignment.Builder target = new Assignment.Builder();
        RecordFormat.readValue(new ConsumerGroupTargetAssignmentMemberValue(), value)
                .topicPartitions()
                .forEach(topic -> add(target, topic.topicId(), topic.partitions()));
        member.target(target.build());
    }

    private static void add(Assignment.Builder to, UUID topic, List<Integer> partitions) {
        partitions.forEach(partition -> to.add(topic, partition));
    }

    void current(ConsumerGroupCurrentMemberAssignmentKey key, @Nullable ByteBuffer value) {
        ConsumerGroup group = find(key.groupId());
        ConsumerMember member = find(key.groupId(), key.memberId());
        if (group == null || member == null) {
            requireGone(key.memberId(), value);
            return;
        }
        if (value == null) {
            group.moveTo(member, MemberAssignment.NEW);
            return;
        }
        ConsumerGroupCurrentMemberAssignmentValue stored =
                RecordFormat.readValue(new ConsumerGroupCurrentMemberAssignmentValue(), value);
        group.moveTo(
                member,
                new MemberAssignment(
                        ConsumerMemberState.of(stored.state()),
                        stored.memberEpoch(),
                        stored.previousMemberEpoch(),
                        read(stored.assignedPartitions()),
                        read(stored.partitionsPendingRevocation())));
    }

    private static Assignment read(
            List<ConsumerGroupCurrentMemberAssignmentValue.TopicPartitions> stored) {
        Assignment.Builder read = new Assignment.Builder();
        stored.forEach(topic -> add(read, topic.topicId(), topic.partitions()));
        return read.build();
    }

    /** What is stored of a member stands behind the record of the member itself. */
    private static void requireGone(String memberId, @Nullable ByteBuffer value) {
        if (value != null) {
            throw new IllegalArgumentException("there is no member " + memberId);
        }
    }
}
