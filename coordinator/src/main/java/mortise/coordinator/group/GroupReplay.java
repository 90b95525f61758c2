package mortise.coordinator.group;

import java.util.List;
import java.util.Map;
import mortise.coordinator.CoordinatorRecord;
import mortise.coordinator.RecordFormat;
import mortise.coordinator.group.record.ConsumerGroupCurrentMemberAssignmentKey;
import mortise.coordinator.group.record.ConsumerGroupMemberMetadataKey;
import mortise.coordinator.group.record.ConsumerGroupMetadataKey;
import mortise.coordinator.group.record.ConsumerGroupTargetAssignmentMemberKey;
import mortise.coordinator.group.record.ConsumerGroupTargetAssignmentMetadataKey;
import mortise.coordinator.group.record.GroupMetadataKey;
import mortise.coordinator.group.record.GroupMetadataValue;
import mortise.coordinator.group.record.GroupMetadataValue.MemberMetadata;
import mortise.coordinator.group.record.OffsetCommitKey;
import mortise.coordinator.group.record.OffsetCommitValue;

/** Makes groups of their records, in the order of the log. Confined to the coordinator. */
final class GroupReplay {
    private final Map<String, Group> groups;
    private final ClassicRebalance rebalance;
    private final ConsumerReplay consumers;

    GroupReplay(Map<String, Group> groups, ClassicRebalance rebalance, ConsumerRequests consumers) {
        this.groups = groups;
        this.rebalance = rebalance;
        this.consumers = new ConsumerReplay(groups, rebalance, consumers);
    }

    /**
     * Applies a record. Types 0 and 1 are offsets, 2 is a classic group; 3, and 5 to 8, are a group
     * that the broker balances.
     *
     * @throws RuntimeException if it is damaged, or of a type that is not known
     */
    void replay(CoordinatorRecord record) {
        short type = RecordFormat.number(record.key());
        switch (type) {
            case 0, 1 -> offset(RecordFormat.readKey(new OffsetCommitKey(), record.key()), record);
            case 2 ->
                    classic(
                            RecordFormat.readKey(new GroupMetadataKey(), record.key()).group(),
                            record);
            case 3 ->
                    consumers.group(
                            RecordFormat.readKey(new ConsumerGroupMetadataKey(), record.key()),
                            record.value());
            case 5 ->
                    consumers.member(
                            RecordFormat.readKey(
                                    new ConsumerGroupMemberMetadataKey(), record.key()),
                            record.value());
            case 6 ->
                    consumers.targets(
                            RecordFormat.readKey(
                                    new ConsumerGroupTargetAssignmentMetadataKey(), record.key()),
                            record.value());
            case 7 ->
                    consumers.target(
                            RecordFormat.readKey(
                                    new ConsumerGroupTargetAssignmentMemberKey(), record.key()),
                            record.value());
            case 8 ->
                    consumers.current(
                            RecordFormat.readKey(
                                    new ConsumerGroupCurrentMemberAssignmentKey(), record.key()),
                            record.value());
            default ->
                    throw new IllegalArgumentException(
                            "records of type " + type + " are not known to this release");
        }
    }

    private void offset(OffsetCommitKey key, CoordinatorRecord record) {
        if (record.value() == null) {
            Group group = groups.get(key.group());
            if (group != null) {
                group.offsets().remove(key.topic(), key.partition());
                if (group.offsets().isEmpty() && group.members().protocolType() == null) {
                    groups.remove(key.group()); // there was nothing but its offsets
                }
            }
            return;
        }
        OffsetCommitValue value = RecordFormat.readValue(new OffsetCommitValue(), record.value());
        groups.computeIfAbsent(
                        key.group(),
                        name -> new Group(rebalance.newGroup(name, 0), new GroupOffsets()))
                .offsets()
                .put(
                        key.topic(),
                        key.partition(),
                        new CommittedOffset(
                                value.offset(),
                                value.leaderEpoch(),
                                value.metadata(),
                                value.commitTimestamp(),
                                value.expireTimestamp()));
    }

    private void classic(String groupId, CoordinatorRecord record) {
        Group before = groups.get(groupId);
        if (record.value() == null) {
            if (before != null && before.classic() != null) {
                withoutMembers(groups, before, rebalance);
            }
            return;
        }
        GroupMetadataValue value = RecordFormat.readValue(new GroupMetadataValue(), record.value());
        ClassicGroup members = rebalance.newGroup(groupId, value.currentStateTimestamp());
        for (MemberMetadata member : value.members()) {
            ClassicMember restored =
                    rebalance.newMember(
                            members,
                            member.memberId(),
                            member.groupInstanceId(),
                            new GroupClient(member.clientId(), member.clientHost(), (short) 0),
                            terms(value, member));
            restored.assignment(Bytes.copy(member.assignment()));
            members.add(restored, value.protocolType());
        }
        members.restore(
                value.generation(),
                value.protocolType().isEmpty() ? null : value.protocolType(),
                value.protocol(),
                value.leader(),
                value.currentStateTimestamp());
        members.restored();
        if (before == null) {
            groups.put(groupId, new Group(members, new GroupOffsets()));
        } else {
            before.members(members);
        }
    }

    /** A group's members are gone for good: what is left of it are its offsets, if any. */
    static void withoutMembers(Map<String, Group> groups, Group group, ClassicRebalance rebalance) {
        if (group.offsets().isEmpty()) {
            groups.remove(group.id());
        } else {
            group.members(rebalance.newGroup(group.id(), 0));
        }
    }

    /** On what terms a member of a record had joined: what is stored knows one protocol. */
    private static JoinTerms terms(GroupMetadataValue value, MemberMetadata member) {
        String protocol = value.protocol();
        return new JoinTerms(
                value.protocolType(),
                protocol == null
                        ? List.of()
                        : List.of(new MemberProtocol(protocol, Bytes.copy(member.subscription()))),
                member.sessionTimeout(),
                member.rebalanceTimeout() < 0
                        ? member.sessionTimeout()
                        : member.rebalanceTimeout());
    }
}
