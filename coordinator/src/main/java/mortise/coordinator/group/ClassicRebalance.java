package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.coordinator.CommandContext;
import mortise.coordinator.CoordinatorRecord;
import mortise.coordinator.Deadline;
import mortise.coordinator.Deadlines;
import mortise.wire.message.JoinGroupResponse;
import mortise.wire.message.JoinGroupResponse.JoinGroupResponseMember;
import mortise.wire.message.SyncGroupResponse;
import org.jspecify.annotations.Nullable;

/**
 * The way of a classic group from one generation to the next: all join again, the leader shares out
 * the work, all learn what they have. Deadlines see to it that nobody is waited for without end.
 * Confined to the coordinator.
 */
final class ClassicRebalance {
    private final Deadlines deadlines;
    private final GroupSettings.Classic settings;

    ClassicRebalance(Deadlines deadlines, GroupSettings.Classic settings) {
        this.deadlines = deadlines;
        this.settings = settings;
    }

    ClassicGroup newGroup(String id, long nowMillis) {
        ClassicGroup[] group = new ClassicGroup[1];
        group[0] =
                new ClassicGroup(
                        id,
                        deadlines.create(context -> joinTimedOut(group[0], context)),
                        deadlines.create(context -> syncTimedOut(group[0], context)),
                        nowMillis);
        return group[0];
    }

    // ---- members

    /** A member that is not in the group yet. */
    ClassicMember newMember(
            ClassicGroup group,
            String memberId,
            @Nullable String instanceId,
            GroupClient client,
            JoinTerms terms) {
        ClassicMember[] member = new ClassicMember[1];
        Deadline session = deadlines.create(context -> sessionTimedOut(group, member[0], context));
        member[0] = new ClassicMember(memberId, instanceId, client, session, terms);
        return member[0];
    }

    /** Gives out an ID with which a member must join before its session times out. */
    void awaitJoin(ClassicGroup group, String memberId, int millis, CommandContext context) {
        Deadline until =
                deadlines.create(late -> {
                    if (group.endPendingJoin(memberId)) {
                        completeIfAllHaveJoined(group, late);
                    }
                });
        until.set(context.now().inMillis(millis));
        group.pendingJoin(memberId, until);
    }

    private void sessionTimedOut(ClassicGroup group, ClassicMember member, CommandContext context) {
        if (group.state() != ClassicState.DEAD && !member.isExcused()) {
            remove(group, member, context);
            memberLeft(group, context);
        }
    }

    /** Takes a member out; {@link #memberLeft} is to follow. */
    void remove(ClassicGroup group, ClassicMember member, CommandContext context) {
        member.endSession();
        group.joined(member, Answers.joinError(member.id(), ErrorCode.UNKNOWN_MEMBER_ID), context);
        member.synced(Answers.syncError(ErrorCode.UNKNOWN_MEMBER_ID), context);
        group.remove(member);
    }

    /** Does what is to be done after members have left. */
    void memberLeft(ClassicGroup group, CommandContext context) {
        switch (group.state()) {
            case EMPTY, DEAD -> {}
            case STABLE, COMPLETING_REBALANCE -> prepare(group, context);
            case PREPARING_REBALANCE -> completeIfAllHaveJoined(group, context);
        }
    }

    // ---- joining

    /** A member is to be in the next generation: one is prepared, if none is yet. */
    void memberJoined(ClassicGroup group, CommandContext context) {
        switch (group.state()) {
            case EMPTY, STABLE, COMPLETING_REBALANCE -> prepare(group, context);
            case PREPARING_REBALANCE -> completeIfAllHaveJoined(group, context);
            case DEAD -> {}
        }
    }

    void prepare(ClassicGroup group, CommandContext context) {
        if (group.state() == ClassicState.COMPLETING_REBALANCE) {
            for (ClassicMember member : group.members()) {
                member.assignment(Bytes.NONE);
                synced(member, Answers.syncError(ErrorCode.REBALANCE_IN_PROGRESS), context);
            }
        }
        group.syncDeadline().cancel();
        group.pendingSyncs().clear();
        group.moveTo(ClassicState.PREPARING_REBALANCE, context.now().wallMillis());
        if (group.isInitial()) {
            int delay = settings.initialDelayMillis();
            group.memberAdded(false);
            group.initialDelayLeftMs(Math.max(group.rebalanceTimeoutMs() - delay, 0));
            group.joinDeadline().set(context.now().inMillis(delay));
        } else {
            completeIfAllHaveJoined(group, context);
        }
    }

    private void synced(ClassicMember member, SyncGroupResponse response, CommandContext context) {
        if (member.isSyncing()) {
            member.heard(context);
        }
        member.synced(response, context);
    }

    private void completeIfAllHaveJoined(ClassicGroup group, CommandContext context) {
        if (group.state() != ClassicState.PREPARING_REBALANCE || group.isInitial()) {
            return; // the first generation waits in any case
        }
        if (group.allHaveJoined()) {
            complete(group, context);
        } else if (!group.joinDeadline().isSet()) {
            awaitJoins(group, context);
        }
    }

    private static void awaitJoins(ClassicGroup group, CommandContext context) {
        group.joinDeadline().set(context.now().inMillis(group.rebalanceTimeoutMs()));
    }

    private void joinTimedOut(ClassicGroup group, CommandContext context) {
        if (group.state() != ClassicState.PREPARING_REBALANCE) {
            return;
        }
        int left = group.initialDelayLeftMs();
        if (group.isInitial() && group.memberAdded() && left > 0) {
            int delay = Math.min(settings.initialDelayMillis(), left);
            group.memberAdded(false);
            group.initialDelayLeftMs(Math.max(left - delay, 0));
            group.joinDeadline().set(context.now().inMillis(delay));
        } else {
            complete(group, context);
        }
    }

    /** Begins the next generation with whoever has joined. */
    private void complete(ClassicGroup group, CommandContext context) {
        group.joinDeadline().cancel();
        List<ClassicMember> late = new ArrayList<>();
        for (ClassicMember member : group.members()) {
            if (!member.isJoining() && !member.isStatic()) {
                late.add(member);
            }
        }
        late.forEach(member -> remove(group, member, context));
        if (group.size() > 0 && !group.electJoinedLeader()) {
            // static members alone are left, and none has come back: their sessions decide
            awaitJoins(group, context);
            return;
        }
        group.nextGeneration();
        if (group.size() == 0) {
            group.moveTo(ClassicState.EMPTY, context.now().wallMillis());
            context.append(GroupRecords.of(group));
            return;
        }
        group.moveTo(ClassicState.COMPLETING_REBALANCE, context.now().wallMillis());
        for (ClassicMember member : group.members()) {
            member.heard(context);
            group.joined(member, generationFor(group, member), context);
            member.isNew(false);
            group.pendingSyncs().add(member.id());
        }
        group.syncDeadline().set(context.now().inMillis(group.rebalanceTimeoutMs()));
    }

    /** What a member is told of the generation that it is in. */
    static JoinGroupResponse generationFor(ClassicGroup group, ClassicMember member) {
        String leader = group.leader();
        return new JoinGroupResponse()
                .memberId(member.id())
                .generationId(group.generation())
                .protocolType(group.protocolType())
                .protocolName(group.protocol())
                .leader(leader == null ? "" : leader)
                .members(group.isLeader(member.id()) ? membersForLeader(group) : List.of());
    }

    static List<JoinGroupResponseMember> membersForLeader(ClassicGroup group) {
        List<JoinGroupResponseMember> members = new ArrayList<>(group.size());
        for (ClassicMember member : group.members()) {
            members.add(
                    new JoinGroupResponseMember()
                            .memberId(member.id())
                            .groupInstanceId(member.instanceId())
                            .metadata(member.metadata(group.protocol())));
        }
        return members;
    }

    // ---- learning what is assigned

    /** A member has asked what it is assigned, and is not awaited any more. */
    void syncSeen(ClassicGroup group, ClassicMember member) {
        group.pendingSyncs().remove(member.id());
        if (group.pendingSyncs().isEmpty()) {
            group.syncDeadline().cancel();
        }
    }

    /** The leader has shared out the work: all learn what they have, unless it is too much. */
    void assigned(ClassicGroup group, CommandContext context) {
        long before = group.stateSinceMillis();
        group.moveTo(ClassicState.STABLE, context.now().wallMillis());
        CoordinatorRecord record = GroupRecords.of(group);
        if (record.sizeInBytes() > settings.maxGroupBytes()) {
            group.moveTo(ClassicState.COMPLETING_REBALANCE, before);
            for (ClassicMember member : group.members()) {
                member.assignment(Bytes.NONE);
                synced(member, Answers.syncError(ErrorCode.UNKNOWN_SERVER_ERROR), context);
            }
            prepare(group, context);
            return;
        }
        context.append(record);
        for (ClassicMember member : group.members()) {
            synced(member, assignmentOf(group, member), context);
        }
    }

    static SyncGroupResponse assignmentOf(ClassicGroup group, ClassicMember member) {
        return new SyncGroupResponse()
                .protocolType(group.protocolType())
                .protocolName(group.protocol())
                .assignment(member.assignment());
    }

    private void syncTimedOut(ClassicGroup group, CommandContext context) {
        List<ClassicMember> late = new ArrayList<>();
        for (String memberId : group.pendingSyncs()) {
            ClassicMember member = group.member(memberId);
            if (member != null) {
                late.add(member);
            }
        }
        if (late.isEmpty()) {
            return;
        }
        late.forEach(member -> remove(group, member, context));
        memberLeft(group, context);
    }
}
