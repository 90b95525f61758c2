package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.coordinator.CommandContext;
import mortise.coordinator.CoordinatorRecord;
import mortise.coordinator.Deadline;
import mortise.coordinator.Deadlines;
import mortise.coordinator.ReplicatedState;
import mortise.coordinator.Reply;
import mortise.wire.message.ConsumerGroupDescribeResponse;
import mortise.wire.message.ConsumerGroupHeartbeatRequest;
import mortise.wire.message.ConsumerGroupHeartbeatResponse;
import mortise.wire.message.DeleteGroupsResponse.DeletableGroupResult;
import mortise.wire.message.DescribeGroupsResponse.DescribedGroup;
import mortise.wire.message.DescribeGroupsResponse.DescribedGroupMember;
import mortise.wire.message.HeartbeatRequest;
import mortise.wire.message.HeartbeatResponse;
import mortise.wire.message.JoinGroupRequest;
import mortise.wire.message.JoinGroupResponse;
import mortise.wire.message.LeaveGroupRequest;
import mortise.wire.message.LeaveGroupRequest.MemberIdentity;
import mortise.wire.message.LeaveGroupResponse;
import mortise.wire.message.LeaveGroupResponse.MemberResponse;
import mortise.wire.message.ListGroupsRequest;
import mortise.wire.message.ListGroupsResponse.ListedGroup;
import mortise.wire.message.OffsetCommitRequest;
import mortise.wire.message.OffsetCommitResponse;
import mortise.wire.message.OffsetDeleteRequest;
import mortise.wire.message.OffsetDeleteResponse;
import mortise.wire.message.OffsetFetchRequest.OffsetFetchRequestGroup;
import mortise.wire.message.OffsetFetchResponse.OffsetFetchResponseGroup;
import mortise.wire.message.SyncGroupRequest;
import mortise.wire.message.SyncGroupResponse;
import org.jspecify.annotations.Nullable;

/**
 * The groups whose records lie in one partition of {@code __consumer_offsets}. Each method is one
 * command: it decides at once, changes the state, and leaves records and answers in the context;
 * what a request lent is copied where it is kept. Confined to its host.
 */
public final class GroupCoordinator implements ReplicatedState {
    /** What DescribeGroups says from this version on of a group that there is none of. */
    private static final short FIRST_THAT_SAYS_NOT_FOUND = 6;

    /** From this version on a commit for a group that is not there says so. */
    private static final short FIRST_COMMIT_THAT_SAYS_NOT_FOUND = 9;

    /** Before this version LeaveGroup names one member, and says what is wrong for all. */
    private static final short FIRST_WITH_LEAVING_MEMBERS = 3;

    /** How many groups are looked at for expired offsets before others have their turn. */
    private static final int EXPIRY_SLICE = 256;

    private final GroupSettings settings;
    private final TopicCatalog catalog;
    private final Deadlines deadlines = new Deadlines();
    private final Map<String, Group> groups = new HashMap<>();
    private final ClassicRebalance rebalance;
    private final ClassicRequests classic;
    private final ConsumerRequests consumers;
    private final OffsetRequests offsets;
    private final GroupReplay replay;
    private final Deadline expiry;
    private @Nullable Iterator<String> expiring;

    /** No groups. */
    public GroupCoordinator(GroupSettings settings, TopicCatalog catalog, RandomGenerator random) {
        this.settings = settings;
        this.catalog = catalog;
        this.rebalance = new ClassicRebalance(deadlines, settings.classic());
        this.classic = new ClassicRequests(rebalance, settings.classic(), random);
        this.consumers = new ConsumerRequests(settings.consumer(), deadlines, catalog, random);
        this.offsets = new OffsetRequests(settings);
        this.replay = new GroupReplay(groups, rebalance, consumers);
        this.expiry = deadlines.create(this::expire);
    }

    @Override
    public Deadlines deadlines() {
        return deadlines;
    }

    /** How many groups there are. */
    public int size() {
        return groups.size();
    }

    private Group groupOrNew(String id, CommandContext context) {
        return groups.computeIfAbsent(
                id,
                name ->
                        new Group(
                                rebalance.newGroup(name, context.now().wallMillis()),
                                new GroupOffsets()));
    }

    /** The members of a group under the classic protocol; null if there are none of that kind. */
    private @Nullable ClassicGroup classic(String id) {
        Group group = groups.get(id);
        return group == null ? null : group.classic();
    }

    /** A group under the classic protocol; null if it has members that use another one. */
    private @Nullable ClassicGroup asClassic(Group group, CommandContext context) {
        ConsumerGroup balanced = group.consumers();
        if (balanced == null) {
            return group.classic();
        }
        if (!balanced.isEmpty()) {
            return null;
        }
        balanced.forget(context);
        ClassicGroup members = rebalance.newGroup(group.id(), context.now().wallMillis());
        group.members(members);
        return members;
    }

    /** A group that the broker balances; null if it has members that use another protocol. */
    private @Nullable ConsumerGroup asConsumers(Group group, CommandContext context) {
        ClassicGroup members = group.classic();
        if (members == null) {
            return group.consumers();
        }
        if (!members.isEmpty() || members.pendingJoins() > 0) {
            return null;
        }
        members.forget(context);
        members.unload();
        ConsumerGroup balanced = consumers.newGroup(group.id());
        group.members(balanced);
        return balanced;
    }

    // ---- members

    /** JoinGroup. */
    public void join(
            GroupClient client,
            JoinGroupRequest request,
            Reply<JoinGroupResponse> reply,
            CommandContext context) {
        ErrorCode problem = problem(request);
        if (problem != ErrorCode.NONE) {
            context.answer(reply, Answers.joinError(request.memberId(), problem));
            return;
        }
        ClassicGroup members = asClassic(groupOrNew(request.groupId(), context), context);
        if (members == null) {
            context.answer(
                    reply,
                    Answers.joinError(request.memberId(), ErrorCode.INCONSISTENT_GROUP_PROTOCOL));
        } else {
            classic.join(members, client, request, reply, context);
        }
    }

    /** ConsumerGroupHeartbeat. */
    public void heartbeat(
            GroupClient client,
            ConsumerGroupHeartbeatRequest request,
            Reply<ConsumerGroupHeartbeatResponse> reply,
            CommandContext context) {
        try {
            context.answer(reply, heartbeat(client, request, context));
        } catch (RefusedException refused) {
            context.answer(
                    reply,
                    new ConsumerGroupHeartbeatResponse()
                            .errorCode(refused.error().code())
                            .errorMessage(refused.getMessage()));
        }
    }

    private ConsumerGroupHeartbeatResponse heartbeat(
            GroupClient client, ConsumerGroupHeartbeatRequest request, CommandContext context) {
        RefusedException problem = consumers.problem(request);
        if (problem != null) {
            throw problem;
        }
        String id = request.groupId();
        if (request.memberEpoch() != MemberAssignment.JOINS && !groups.containsKey(id)) {
            throw new RefusedException(
                    ErrorCode.GROUP_ID_NOT_FOUND, "Consumer group " + id + " not found.");
        }
        ConsumerGroup group = asConsumers(groupOrNew(id, context), context);
        if (group == null) {
            throw new RefusedException(
                    ErrorCode.GROUP_ID_NOT_FOUND, "Group " + id + " is not a consumer group.");
        }
        return consumers.heartbeat(group, client, request, context);
    }

    private ErrorCode problem(JoinGroupRequest request) {
        if (request.groupId().isEmpty()) {
            return ErrorCode.INVALID_GROUP_ID;
        }
        int session = request.sessionTimeoutMs();
        if (session < settings.classic().minSessionMillis()
                || session > settings.classic().maxSessionMillis()) {
            return ErrorCode.INVALID_SESSION_TIMEOUT;
        }
        // with an ID one was a member before; of what is not there nobody is
        return !request.memberId().isEmpty() && !groups.containsKey(request.groupId())
                ? ErrorCode.UNKNOWN_MEMBER_ID
                : ErrorCode.NONE;
    }

    /** SyncGroup. */
    public void sync(
            SyncGroupRequest request, Reply<SyncGroupResponse> reply, CommandContext context) {
        ErrorCode problem = problem(request.groupId());
        ClassicGroup members = classic(request.groupId());
        if (members == null || problem != ErrorCode.NONE) {
            context.answer(reply, Answers.syncError(problem));
        } else {
            classic.sync(members, request, reply, context);
        }
    }

    private ErrorCode problem(String groupId) {
        if (groupId.isEmpty()) {
            return ErrorCode.INVALID_GROUP_ID;
        }
        return classic(groupId) == null ? ErrorCode.UNKNOWN_MEMBER_ID : ErrorCode.NONE;
    }

    /** Heartbeat. */
    public void heartbeat(
            HeartbeatRequest request, Reply<HeartbeatResponse> reply, CommandContext context) {
        ErrorCode problem = problem(request.groupId());
        ClassicGroup members = classic(request.groupId());
        context.answer(
                reply,
                members == null || problem != ErrorCode.NONE
                        ? Answers.heartbeat(problem)
                        : classic.heartbeat(members, request, context));
    }

    /** LeaveGroup. */
    public void leave(
            short version,
            LeaveGroupRequest request,
            Reply<LeaveGroupResponse> reply,
            CommandContext context) {
        if (version < FIRST_WITH_LEAVING_MEMBERS) {
            leaveAlone(request, reply, context);
            return;
        }
        if (request.groupId().isEmpty()) {
            context.answer(
                    reply, new LeaveGroupResponse().errorCode(ErrorCode.INVALID_GROUP_ID.code()));
        } else {
            context.answer(
                    reply,
                    new LeaveGroupResponse()
                            .members(leave(groups.get(request.groupId()), request, context)));
        }
    }

    private List<MemberResponse> leave(
            @Nullable Group group, LeaveGroupRequest request, CommandContext context) {
        ClassicGroup members = group == null ? null : group.classic();
        if (members != null) {
            return classic.leave(members, request, context);
        }
        ConsumerGroup balanced = group == null ? null : group.consumers();
        List<MemberResponse> answers = new ArrayList<>();
        for (MemberIdentity leaving : new LinkedHashSet<>(request.members())) {
            answers.add(
                    new MemberResponse()
                            .memberId(leaving.memberId())
                            .groupInstanceId(leaving.groupInstanceId())
                            .errorCode(
                                    balanced == null
                                            ? ErrorCode.UNKNOWN_MEMBER_ID.code()
                                            : consumers.leave(balanced, leaving, context).code()));
        }
        return answers;
    }

    private void leaveAlone(
            LeaveGroupRequest request, Reply<LeaveGroupResponse> reply, CommandContext context) {
        ErrorCode problem = problem(request.groupId());
        ClassicGroup members = classic(request.groupId());
        short error = problem.code();
        if (members != null && problem == ErrorCode.NONE) {
            LeaveGroupRequest asMember =
                    new LeaveGroupRequest()
                            .groupId(request.groupId())
                            .members(List.of(new MemberIdentity().memberId(request.memberId())));
            error = classic.leave(members, asMember, context).getFirst().errorCode();
        }
        context.answer(reply, new LeaveGroupResponse().errorCode(error));
    }

    // ---- offsets

    /** OffsetCommit; the topics have names. */
    public void commit(
            short version,
            OffsetCommitRequest request,
            Reply<OffsetCommitResponse> reply,
            CommandContext context) {
        ErrorCode problem = problem(version, request);
        if (problem != ErrorCode.NONE) {
            context.answer(reply, OffsetRequests.refused(request, problem));
            return;
        }
        Group group = groupOrNew(request.groupId(), context);
        problem = group.members().check(version, request, context);
        context.answer(
                reply,
                problem == ErrorCode.NONE
                        ? offsets.commit(group, request, context)
                        : OffsetRequests.refused(request, problem));
    }

    private ErrorCode problem(short version, OffsetCommitRequest request) {
        if (request.generationIdOrMemberEpoch() < 0 || groups.containsKey(request.groupId())) {
            return ErrorCode.NONE;
        }
        return version >= FIRST_COMMIT_THAT_SAYS_NOT_FOUND
                ? ErrorCode.GROUP_ID_NOT_FOUND
                : ErrorCode.ILLEGAL_GENERATION;
    }

    /** OffsetFetch, for one of its groups; the topics have names. */
    public void fetchOffsets(
            OffsetFetchRequestGroup request,
            Reply<OffsetFetchResponseGroup> reply,
            CommandContext context) {
        Group group = groups.get(request.groupId());
        ErrorCode problem =
                group == null
                        ? ErrorCode.NONE
                        : group.members().checkReader(request.memberId(), request.memberEpoch());
        context.answer(
                reply,
                problem == ErrorCode.NONE
                        ? OffsetRequests.fetch(group, request)
                        : new OffsetFetchResponseGroup()
                                .groupId(request.groupId())
                                .errorCode(problem.code()));
    }

    /** OffsetDelete. */
    public void deleteOffsets(
            OffsetDeleteRequest request,
            Reply<OffsetDeleteResponse> reply,
            CommandContext context) {
        Group group = groups.get(request.groupId());
        context.answer(
                reply,
                group == null
                        ? new OffsetDeleteResponse().errorCode(ErrorCode.GROUP_ID_NOT_FOUND.code())
                        : OffsetRequests.delete(group, request, context));
    }

    /** Topics are gone: nobody goes on in them. */
    public void topicsDeleted(Set<String> topics, CommandContext context) {
        for (Group group : groups.values()) {
            group.offsets()
                    .places((topic, committed) -> topics.contains(topic))
                    .forEach(place ->
                            OffsetRequests.remove(
                                    group, place.topic(), place.partition(), context));
        }
    }

    // ---- administration

    /** ListGroups, for the groups of this coordinator. */
    public void list(
            ListGroupsRequest request, Reply<List<ListedGroup>> reply, CommandContext context) {
        Predicate<String> states = filter(request.statesFilter());
        Predicate<String> types = filter(request.typesFilter());
        List<ListedGroup> listed = new ArrayList<>();
        for (Group group : groups.values()) {
            Membership members = group.members();
            String state = members.stateName();
            if (states.test(state) && types.test(members.typeName())) {
                String type = members.protocolType();
                listed.add(
                        new ListedGroup()
                                .groupId(group.id())
                                .protocolType(type == null ? "" : type)
                                .groupState(state)
                                .groupType(members.typeName()));
            }
        }
        context.answer(reply, listed);
    }

    private static Predicate<String> filter(Collection<String> wanted) {
        if (wanted.isEmpty()) {
            return name -> true;
        }
        Set<String> names =
                wanted.stream()
                        .map(name -> name.toLowerCase(Locale.ROOT))
                        .collect(Collectors.toSet());
        return name -> names.contains(name.toLowerCase(Locale.ROOT));
    }

    /** DescribeGroups, for one group. */
    public void describe(
            short version, String groupId, Reply<DescribedGroup> reply, CommandContext context) {
        ClassicGroup members = classic(groupId);
        context.answer(reply, members == null ? notFound(version, groupId) : described(members));
    }

    /** ConsumerGroupDescribe, for one group. */
    public void describeConsumers(
            String groupId,
            Reply<ConsumerGroupDescribeResponse.DescribedGroup> reply,
            CommandContext context) {
        Group group = groups.get(groupId);
        ConsumerGroup members = group == null ? null : group.consumers();
        context.answer(
                reply,
                members == null
                        ? new ConsumerGroupDescribeResponse.DescribedGroup()
                                .groupId(groupId)
                                .errorCode(ErrorCode.GROUP_ID_NOT_FOUND.code())
                                .errorMessage(
                                        group == null
                                                ? "Group " + groupId + " not found."
                                                : "Group " + groupId + " is not a consumer group.")
                        : ConsumerDescription.of(
                                members, consumers.preferred(members).name(), catalog));
    }

    private static DescribedGroup notFound(short version, String groupId) {
        DescribedGroup described =
                new DescribedGroup().groupId(groupId).groupState(ClassicState.DEAD.wireName());
        return version < FIRST_THAT_SAYS_NOT_FOUND
                ? described
                : described
                        .errorCode(ErrorCode.GROUP_ID_NOT_FOUND.code())
                        .errorMessage("Group " + groupId + " not found.");
    }

    private static DescribedGroup described(ClassicGroup group) {
        boolean stable = group.state() == ClassicState.STABLE;
        String type = group.protocolType();
        String protocol = stable ? group.protocol() : null;
        List<DescribedGroupMember> members = new ArrayList<>(group.size());
        for (ClassicMember member : group.members()) {
            members.add(
                    new DescribedGroupMember()
                            .memberId(member.id())
                            .groupInstanceId(member.instanceId())
                            .clientId(member.client().id())
                            .clientHost(member.client().host())
                            .memberMetadata(stable ? member.metadata(protocol) : Bytes.NONE)
                            .memberAssignment(stable ? member.assignment() : Bytes.NONE));
        }
        return new DescribedGroup()
                .groupId(group.id())
                .groupState(group.state().wireName())
                .protocolType(type == null ? "" : type)
                .protocolData(protocol == null ? "" : protocol)
                .members(members);
    }

    /** DeleteGroups, for one group. */
    public void delete(String groupId, Reply<DeletableGroupResult> reply, CommandContext context) {
        Group group = groups.get(groupId);
        ErrorCode error = ErrorCode.NONE;
        if (group == null) {
            error = ErrorCode.GROUP_ID_NOT_FOUND;
        } else if (!group.members().isEmpty()) {
            error = ErrorCode.NON_EMPTY_GROUP;
        } else {
            OffsetRequests.removeAll(group, context);
            remove(group, context);
        }
        context.answer(reply, new DeletableGroupResult().groupId(groupId).errorCode(error.code()));
    }

    private void remove(Group group, CommandContext context) {
        group.members().forget(context);
        group.members().unload();
        groups.remove(group.id());
    }

    // ---- expiry

    private void expire(CommandContext context) {
        Iterator<String> rest = expiring;
        if (rest == null) {
            rest = List.copyOf(groups.keySet()).iterator();
        }
        for (int i = 0; i < EXPIRY_SLICE && rest.hasNext(); i++) {
            Group group = groups.get(rest.next());
            if (group != null) {
                expire(group, context);
            }
        }
        if (rest.hasNext()) {
            expiring = rest;
            expiry.set(context.now().nanos());
        } else {
            expiring = null;
            expiry.set(context.now().inMillis(settings.retentionCheckMillis()));
        }
    }

    private void expire(Group group, CommandContext context) {
        offsets.expire(group, context);
        ClassicGroup members = group.classic();
        boolean awaited = members != null && members.pendingJoins() > 0;
        if (group.members().isEmpty() && group.offsets().isEmpty() && !awaited) {
            remove(group, context);
        }
    }

    // ---- the log

    @Override
    public void replay(CoordinatorRecord record) {
        replay.replay(record);
    }

    @Override
    public void loaded(CommandContext context) {
        groups.values().forEach(group -> group.members().loaded(context));
        expiry.set(context.now().inMillis(settings.retentionCheckMillis()));
    }

    @Override
    public void unload() {
        groups.values().forEach(group -> group.members().unload());
        groups.clear();
    }
}
