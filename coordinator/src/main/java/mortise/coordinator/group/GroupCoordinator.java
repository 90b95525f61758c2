package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import mortise.api.ErrorCode;
import mortise.coordinator.CommandContext;
import mortise.coordinator.CoordinatorRecord;
import mortise.coordinator.Deadline;
import mortise.coordinator.Deadlines;
import mortise.coordinator.RecordFormat;
import mortise.coordinator.ReplicatedState;
import mortise.coordinator.Reply;
import mortise.coordinator.group.record.GroupMetadataKey;
import mortise.coordinator.group.record.GroupMetadataValue;
import mortise.coordinator.group.record.GroupMetadataValue.MemberMetadata;
import mortise.coordinator.group.record.OffsetCommitKey;
import mortise.coordinator.group.record.OffsetCommitValue;
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

    private static final String CLASSIC = "classic";

    private final GroupSettings settings;
    private final Deadlines deadlines = new Deadlines();
    private final Map<String, Group> groups = new HashMap<>();
    private final ClassicRebalance rebalance;
    private final ClassicRequests classic;
    private final OffsetRequests offsets;
    private final Deadline expiry;
    private @Nullable Iterator<String> expiring;

    /** No groups. */
    public GroupCoordinator(GroupSettings settings, RandomGenerator random) {
        this.settings = settings;
        this.rebalance = new ClassicRebalance(deadlines, settings.classic());
        this.classic = new ClassicRequests(rebalance, settings.classic(), random);
        this.offsets = new OffsetRequests(settings);
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
        return groupOrNew(id, context.now().wallMillis());
    }

    private Group groupOrNew(String id, long nowMillis) {
        return groups.computeIfAbsent(id, name -> new Group(rebalance.newGroup(name, nowMillis)));
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
        classic.join(
                groupOrNew(request.groupId(), context).members(), client, request, reply, context);
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
        Group group = groups.get(request.groupId());
        if (group == null || problem != ErrorCode.NONE) {
            context.answer(reply, Answers.syncError(problem));
        } else {
            classic.sync(group.members(), request, reply, context);
        }
    }

    private ErrorCode problem(String groupId) {
        if (groupId.isEmpty()) {
            return ErrorCode.INVALID_GROUP_ID;
        }
        return groups.containsKey(groupId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
    }

    /** Heartbeat. */
    public void heartbeat(
            HeartbeatRequest request, Reply<HeartbeatResponse> reply, CommandContext context) {
        ErrorCode problem = problem(request.groupId());
        Group group = groups.get(request.groupId());
        context.answer(
                reply,
                group == null || problem != ErrorCode.NONE
                        ? Answers.heartbeat(problem)
                        : classic.heartbeat(group.members(), request, context));
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
        ErrorCode problem = problem(request.groupId());
        Group group = groups.get(request.groupId());
        if (group == null || problem != ErrorCode.NONE) {
            context.answer(reply, new LeaveGroupResponse().errorCode(problem.code()));
        } else {
            context.answer(
                    reply,
                    new LeaveGroupResponse()
                            .members(classic.leave(group.members(), request, context)));
        }
    }

    private void leaveAlone(
            LeaveGroupRequest request, Reply<LeaveGroupResponse> reply, CommandContext context) {
        ErrorCode problem = problem(request.groupId());
        Group group = groups.get(request.groupId());
        short error = problem.code();
        if (group != null && problem == ErrorCode.NONE) {
            LeaveGroupRequest asMember =
                    new LeaveGroupRequest()
                            .groupId(request.groupId())
                            .members(List.of(new MemberIdentity().memberId(request.memberId())));
            error = classic.leave(group.members(), asMember, context).getFirst().errorCode();
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
        ClassicGroup members = group.members();
        problem = OffsetRequests.check(members, request);
        if (problem != ErrorCode.NONE) {
            context.answer(reply, OffsetRequests.refused(request, problem));
            return;
        }
        ClassicMember member = members.member(request.memberId());
        if (member != null && !member.isJoining()) {
            member.heard(context);
        }
        context.answer(reply, offsets.commit(group, request, context));
    }

    private ErrorCode problem(short version, OffsetCommitRequest request) {
        if (request.groupId().isEmpty() && version >= FIRST_COMMIT_THAT_SAYS_NOT_FOUND) {
            return ErrorCode.INVALID_GROUP_ID;
        }
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
        context.answer(reply, OffsetRequests.fetch(groups.get(request.groupId()), request));
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
            ClassicGroup members = group.members();
            String state = members.state().wireName();
            if (states.test(state) && types.test(CLASSIC)) {
                String type = members.protocolType();
                listed.add(
                        new ListedGroup()
                                .groupId(group.id())
                                .protocolType(type == null ? "" : type)
                                .groupState(state)
                                .groupType(CLASSIC));
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
        Group group = groups.get(groupId);
        context.answer(
                reply, group == null ? notFound(version, groupId) : described(group.members()));
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
        } else if (group.members().state() != ClassicState.EMPTY) {
            error = ErrorCode.NON_EMPTY_GROUP;
        } else {
            OffsetRequests.removeAll(group, context);
            remove(group, context);
        }
        context.answer(reply, new DeletableGroupResult().groupId(groupId).errorCode(error.code()));
    }

    private void remove(Group group, CommandContext context) {
        ClassicGroup members = group.members();
        if (members.protocolType() != null) {
            context.append(GroupRecords.goneGroup(group.id()));
        }
        members.moveTo(ClassicState.DEAD, context.now().wallMillis());
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
        ClassicGroup members = group.members();
        if (members.state() == ClassicState.EMPTY
                && group.offsets().isEmpty()
                && members.pendingJoins() == 0) {
            remove(group, context);
        }
    }

    // ---- the log

    @Override
    public void replay(CoordinatorRecord record) {
        short type = RecordFormat.number(record.key());
        switch (type) {
            case 0, 1 ->
                    replayOffset(RecordFormat.readKey(new OffsetCommitKey(), record.key()), record);
            case 2 ->
                    replayGroup(
                            RecordFormat.readKey(new GroupMetadataKey(), record.key()).group(),
                            record);
            default ->
                    throw new IllegalArgumentException(
                            "records of type " + type + " are not known to this release");
        }
    }

    private void replayOffset(OffsetCommitKey key, CoordinatorRecord record) {
        if (record.value() == null) {
            Group group = groups.get(key.group());
            if (group != null) {
                group.offsets().remove(key.topic(), key.partition());
            }
            return;
        }
        OffsetCommitValue value = RecordFormat.readValue(new OffsetCommitValue(), record.value());
        groupOrNew(key.group(), 0)
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

    private void replayGroup(String groupId, CoordinatorRecord record) {
        Group before = groups.get(groupId);
        if (record.value() == null) {
            if (before != null) {
                groups.remove(groupId);
                keepOffsets(before, groupId);
            }
            return;
        }
        GroupMetadataValue value = RecordFormat.readValue(new GroupMetadataValue(), record.value());
        ClassicGroup members = rebalance.newGroup(groupId, value.currentStateTimestamp());
        JoinTermsOfRecord terms = new JoinTermsOfRecord(value);
        for (MemberMetadata member : value.members()) {
            ClassicMember restored =
                    rebalance.newMember(
                            members,
                            member.memberId(),
                            member.groupInstanceId(),
                            new GroupClient(member.clientId(), member.clientHost(), (short) 0),
                            terms.of(member));
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
        Group group = new Group(members);
        groups.put(groupId, group);
        if (before != null) {
            copyOffsets(before, group);
        }
    }

    private void keepOffsets(Group before, String groupId) {
        if (!before.offsets().isEmpty()) {
            copyOffsets(before, groupOrNew(groupId, 0));
        }
    }

    private static void copyOffsets(Group from, Group to) {
        for (String topic : from.offsets().topics()) {
            from.offsets()
                    .of(topic)
                    .forEach((index, committed) -> to.offsets().put(topic, index, committed));
        }
    }

    /** On what terms the members of a record had joined: what is stored knows one protocol. */
    private record JoinTermsOfRecord(GroupMetadataValue value) {
        JoinTerms of(MemberMetadata member) {
            String protocol = value.protocol();
            return new JoinTerms(
                    value.protocolType(),
                    protocol == null
                            ? List.of()
                            : List.of(
                                    new MemberProtocol(
                                            protocol, Bytes.copy(member.subscription()))),
                    member.sessionTimeout(),
                    member.rebalanceTimeout() < 0
                            ? member.sessionTimeout()
                            : member.rebalanceTimeout());
        }
    }

    @Override
    public void loaded(CommandContext context) {
        for (Group group : groups.values()) {
            group.members().members().forEach(member -> member.heard(context));
        }
        expiry.set(context.now().inMillis(settings.retentionCheckMillis()));
    }

    @Override
    public void unload() {
        groups.values().forEach(group -> group.members().members().forEach(ClassicMember::unload));
        groups.clear();
    }
}
