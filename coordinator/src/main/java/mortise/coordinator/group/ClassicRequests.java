package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import mortise.api.ErrorCode;
import mortise.coordinator.CommandContext;
import mortise.coordinator.Reply;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;
import mortise.wire.message.JoinGroupRequest;
import mortise.wire.message.JoinGroupResponse;
import mortise.wire.message.LeaveGroupRequest;
import mortise.wire.message.LeaveGroupRequest.MemberIdentity;
import mortise.wire.message.LeaveGroupResponse.MemberResponse;
import mortise.wire.message.SyncGroupRequest;
import mortise.wire.message.SyncGroupRequest.SyncGroupRequestAssignment;
import mortise.wire.message.SyncGroupResponse;
import org.jspecify.annotations.Nullable;

/** What members of classic groups ask for: to join, to know their part, to live, to leave. */
final class ClassicRequests {
    /** From this version on a member learns its ID before it joins (KIP-394). */
    private static final short FIRST_WITH_KNOWN_ID = 4;

    /** From this version on a static leader may be told not to assign (KIP-814). */
    private static final short FIRST_THAT_SKIPS_ASSIGNMENT = 9;

    private final ClassicRebalance rebalance;
    private final GroupSettings.Classic settings;
    private final RandomGenerator random;

    ClassicRequests(
            ClassicRebalance rebalance, GroupSettings.Classic settings, RandomGenerator random) {
        this.rebalance = rebalance;
        this.settings = settings;
        this.random = random;
    }

    // ---- JoinGroup

    /** One that asks to join. */
    private record Joining(
            GroupClient client,
            String memberId,
            @Nullable String instanceId,
            JoinTerms terms,
            Reply<JoinGroupResponse> reply) {}

    void join(
            ClassicGroup group,
            GroupClient client,
            JoinGroupRequest request,
            Reply<JoinGroupResponse> reply,
            CommandContext context) {
        Joining joining =
                new Joining(
                        client,
                        request.memberId(),
                        request.groupInstanceId(),
                        JoinTerms.of(request, client.version()),
                        reply);
        ErrorCode refusal = refusal(group, joining);
        if (refusal != ErrorCode.NONE) {
            refuse(joining, refusal, context);
        } else if (joining.memberId().isEmpty()) {
            joinFirst(group, joining, context);
        } else {
            joinAgain(group, joining, context);
        }
    }

    private static void refuse(Joining joining, ErrorCode error, CommandContext context) {
        context.answer(joining.reply(), Answers.joinError(joining.memberId(), error));
    }

    private ErrorCode refusal(ClassicGroup group, Joining joining) {
        if (!accepts(group, joining)) {
            return ErrorCode.GROUP_MAX_SIZE_REACHED;
        }
        return group.supports(joining.terms())
                ? ErrorCode.NONE
                : ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
    }

    /** Whether the group has room for one, or it is in it. */
    private boolean accepts(ClassicGroup group, Joining joining) {
        ClassicMember known = group.member(joining.memberId());
        long bytes = group.metadataBytes();
        for (MemberProtocol protocol : joining.terms().protocols()) {
            bytes += protocol.sizeInBytes();
        }
        if (known != null) {
            for (MemberProtocol protocol : known.protocols()) {
                bytes -= protocol.sizeInBytes();
            }
        }
        if (bytes > settings.maxGroupBytes()) {
            return false;
        }
        return switch (group.state()) {
            case EMPTY, DEAD -> true;
            // whoever has joined already has a place; of the others the first come
            case PREPARING_REBALANCE ->
                    (known != null && known.isJoining()) || group.joining() < settings.maxMembers();
            case COMPLETING_REBALANCE, STABLE ->
                    known != null || group.size() < settings.maxMembers();
        };
    }

    private void joinFirst(ClassicGroup group, Joining joining, CommandContext context) {
        String instanceId = joining.instanceId();
        String memberId =
                (instanceId == null ? joining.client().id() : instanceId)
                        + "-"
                        + MemberIds.next(random);
        if (instanceId != null) {
            String before = group.memberOf(instanceId);
            if (before == null) {
                add(group, memberId, joining, context);
            } else {
                comeBack(group, before, memberId, joining, context);
            }
        } else if (joining.client().version() >= FIRST_WITH_KNOWN_ID) {
            if (group.pendingJoins() >= settings.maxMembers()) {
                refuse(joining, ErrorCode.GROUP_MAX_SIZE_REACHED, context);
                return;
            }
            rebalance.awaitJoin(group, memberId, joining.terms().sessionTimeoutMs(), context);
            context.answer(
                    joining.reply(), Answers.joinError(memberId, ErrorCode.MEMBER_ID_REQUIRED));
        } else {
            add(group, memberId, joining, context);
        }
    }

    private void add(ClassicGroup group, String memberId, Joining joining, CommandContext context) {
        ClassicMember member =
                rebalance.newMember(
                        group, memberId, joining.instanceId(), joining.client(), joining.terms());
        member.isNew(true);
        if (group.isInitial()) {
            group.memberAdded(true);
        }
        group.add(member, joining.terms().protocolType());
        group.join(member, joining.reply(), context);
        // it cannot send heartbeats yet, and may be gone without our knowing
        member.heardFor(GroupSettings.Classic.NEW_MEMBER_MILLIS, context);
        rebalance.memberJoined(group, context);
    }

    private void joinAgain(ClassicGroup group, Joining joining, CommandContext context) {
        if (group.isPendingJoin(joining.memberId())) {
            if (joining.instanceId() != null) {
                refuse(joining, ErrorCode.UNKNOWN_MEMBER_ID, context);
            } else {
                add(group, joining.memberId(), joining, context);
            }
            return;
        }
        ErrorCode problem = group.check(joining.memberId(), joining.instanceId());
        ClassicMember member = group.member(joining.memberId());
        if (problem != ErrorCode.NONE || member == null) {
            refuse(joining, problem, context);
            return;
        }
        switch (group.state()) {
            case PREPARING_REBALANCE -> update(group, member, joining, context);
            case COMPLETING_REBALANCE -> {
                if (member.matches(joining.terms().protocols())) {
                    // it did not get its answer: the generation is the one that it was told of
                    context.answer(joining.reply(), ClassicRebalance.generationFor(group, member));
                } else {
                    update(group, member, joining, context);
                }
            }
            case STABLE -> {
                if (group.isLeader(member.id()) || !member.matches(joining.terms().protocols())) {
                    update(group, member, joining, context);
                } else {
                    context.answer(joining.reply(), ClassicRebalance.generationFor(group, member));
                }
            }
            case EMPTY, DEAD -> refuse(joining, ErrorCode.UNKNOWN_MEMBER_ID, context);
        }
    }

    private void update(
            ClassicGroup group, ClassicMember member, Joining joining, CommandContext context) {
        group.update(member, joining.terms());
        group.join(member, joining.reply(), context);
        rebalance.memberJoined(group, context);
    }

    /** A static member has lost its ID and takes a new one (KIP-345). */
    private void comeBack(
            ClassicGroup group,
            String oldId,
            String newId,
            Joining joining,
            CommandContext context) {
        ClassicMember old = group.member(oldId);
        if (old == null) {
            throw new IllegalStateException(
                    oldId + " is a static member of " + group.id() + " and no member");
        }
        boolean wasLeader = group.isLeader(oldId);
        old.endSession();
        group.joined(old, Answers.joinError(oldId, ErrorCode.FENCED_INSTANCE_ID), context);
        old.synced(Answers.syncError(ErrorCode.FENCED_INSTANCE_ID), context);
        ClassicMember member =
                rebalance.newMember(
                        group, newId, joining.instanceId(), joining.client(), joining.terms());
        member.assignment(old.assignment());
        group.replace(old, member);
        member.heard(context);
        if (group.state() == ClassicState.STABLE
                && group.preferredProtocol().equals(group.protocol())) {
            context.append(GroupRecords.of(group));
            context.answer(joining.reply(), backIn(group, member, wasLeader, oldId, joining));
        } else {
            group.join(member, joining.reply(), context);
            rebalance.memberJoined(group, context);
        }
    }

    /** What one is told that is back in a generation which goes on. */
    private static JoinGroupResponse backIn(
            ClassicGroup group,
            ClassicMember member,
            boolean leads,
            String oldId,
            Joining joining) {
        JoinGroupResponse response = ClassicRebalance.generationFor(group, member);
        if (joining.client().version() >= FIRST_THAT_SKIPS_ASSIGNMENT) {
            return response.skipAssignment(leads);
        }
        // else it would assign; as a follower it asks for the assignment that there is
        return response.members(List.of()).leader(leads ? oldId : response.leader());
    }

    // ---- SyncGroup

    void sync(
            ClassicGroup group,
            SyncGroupRequest request,
            Reply<SyncGroupResponse> reply,
            CommandContext context) {
        ErrorCode problem = problem(group, request);
        ClassicMember member = group.member(request.memberId());
        if (problem != ErrorCode.NONE || member == null) {
            context.answer(reply, Answers.syncError(problem));
            return;
        }
        switch (group.state()) {
            case EMPTY, DEAD ->
                    context.answer(reply, Answers.syncError(ErrorCode.UNKNOWN_MEMBER_ID));
            case PREPARING_REBALANCE ->
                    context.answer(reply, Answers.syncError(ErrorCode.REBALANCE_IN_PROGRESS));
            case COMPLETING_REBALANCE -> {
                rebalance.syncSeen(group, member);
                member.sync(reply, context);
                if (group.isLeader(member.id())) {
                    assign(group, request.assignments());
                    rebalance.assigned(group, context);
                }
            }
            case STABLE -> {
                rebalance.syncSeen(group, member);
                member.heard(context);
                context.answer(reply, ClassicRebalance.assignmentOf(group, member));
            }
        }
    }

    private static ErrorCode problem(ClassicGroup group, SyncGroupRequest request) {
        ErrorCode member = group.check(request.memberId(), request.groupInstanceId());
        if (member != ErrorCode.NONE) {
            return member;
        }
        if (request.generationId() != group.generation()) {
            return ErrorCode.ILLEGAL_GENERATION;
        }
        return differs(request.protocolType(), group.protocolType())
                        || differs(request.protocolName(), group.protocol())
                ? ErrorCode.INCONSISTENT_GROUP_PROTOCOL
                : ErrorCode.NONE;
    }

    /** Whether a member says something else than the group knows; it need not say anything. */
    private static boolean differs(@Nullable String said, @Nullable String known) {
        return said != null && known != null && !said.equals(known);
    }

    private static void assign(ClassicGroup group, List<SyncGroupRequestAssignment> assignments) {
        Map<String, SyncGroupRequestAssignment> byMember = new HashMap<>();
        assignments.forEach(one -> byMember.put(one.memberId(), one));
        for (ClassicMember member : group.members()) {
            SyncGroupRequestAssignment assigned = byMember.get(member.id());
            member.assignment(assigned == null ? Bytes.NONE : Bytes.copy(assigned.assignment()));
        }
    }

    // ---- Heartbeat

    HeartbeatResponse heartbeat(
            ClassicGroup group, HeartbeatRequest request, CommandContext context) {
        ErrorCode problem = group.check(request.memberId(), request.groupInstanceId());
        ClassicMember member = group.member(request.memberId());
        if (problem != ErrorCode.NONE || member == null) {
            return Answers.heartbeat(problem);
        }
        if (request.generationId() != group.generation()) {
            return Answers.heartbeat(ErrorCode.ILLEGAL_GENERATION);
        }
        return Answers.heartbeat(
                switch (group.state()) {
                    case EMPTY, DEAD -> ErrorCode.UNKNOWN_MEMBER_ID;
                    case PREPARING_REBALANCE -> {
                        member.heard(context);
                        yield ErrorCode.REBALANCE_IN_PROGRESS;
                    }
                    case COMPLETING_REBALANCE, STABLE -> {
                        member.heard(context);
                        yield ErrorCode.NONE;
                    }
                });
    }

    // ---- LeaveGroup

    /** Lets members leave; those that could are out when this returns. */
    List<MemberResponse> leave(
            ClassicGroup group, LeaveGroupRequest request, CommandContext context) {
        List<MemberResponse> answers = new ArrayList<>();
        boolean left = false;
        for (MemberIdentity leaving : new LinkedHashSet<>(request.members())) {
            ErrorCode error = leave(group, leaving, context);
            left |= error == ErrorCode.NONE;
            answers.add(
                    new MemberResponse()
                            .memberId(leaving.memberId())
                            .groupInstanceId(leaving.groupInstanceId())
                            .errorCode(error.code()));
        }
        if (left) {
            rebalance.memberLeft(group, context);
        }
        return answers;
    }

    private ErrorCode leave(ClassicGroup group, MemberIdentity leaving, CommandContext context) {
        String memberId = leaving.memberId();
        String instanceId = leaving.groupInstanceId();
        if (memberId.isEmpty()) {
            // an administrator takes a static member out
            String known = group.memberOf(instanceId);
            return known == null ? ErrorCode.UNKNOWN_MEMBER_ID : leave(group, known, context);
        }
        if (group.endPendingJoin(memberId)) {
            return instanceId == null ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
        }
        ErrorCode problem = group.check(memberId, instanceId);
        return problem == ErrorCode.NONE ? leave(group, memberId, context) : problem;
    }

    private ErrorCode leave(ClassicGroup group, String memberId, CommandContext context) {
        ClassicMember member = group.member(memberId);
        if (member != null) {
            rebalance.remove(group, member, context);
        }
        return ErrorCode.NONE;
    }
}
