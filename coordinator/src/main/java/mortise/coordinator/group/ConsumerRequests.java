package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.coordinator.CommandContext;
import mortise.coordinator.Deadlines;
import mortise.wire.message.ConsumerGroupHeartbeatRequest;
import mortise.wire.message.ConsumerGroupHeartbeatResponse;
import mortise.wire.message.LeaveGroupRequest.MemberIdentity;
import org.jspecify.annotations.Nullable;

/**
 * What members of groups that the broker balances send: heartbeats, with which they join, say what
 * they subscribe to and own, learn what they have, and leave (KIP-848). Confined to the
 * coordinator.
 */
final class ConsumerRequests {
    private final GroupSettings.Consumer settings;
    private final Deadlines deadlines;
    private final TopicCatalog catalog;
    private final RandomGenerator random;
    private final Map<String, ConsumerAssignor> assignors = new HashMap<>();

    ConsumerRequests(
            GroupSettings.Consumer settings,
            Deadlines deadlines,
            TopicCatalog catalog,
            RandomGenerator random) {
        this.settings = settings;
        this.deadlines = deadlines;
        this.catalog = catalog;
        this.random = random;
        settings.assignors().forEach(assignor -> assignors.put(assignor.name(), assignor));
    }

    ConsumerGroup newGroup(String id) {
        return new ConsumerGroup(id, settings.sessionMillis());
    }

    /** A member that is not in the group yet. */
    ConsumerMember newMember(
            ConsumerGroup group, String id, @Nullable String instanceId, GroupClient client) {
        return new ConsumerMember(
                id,
                instanceId,
                client,
                deadlines.create(context -> fence(group, id, context)),
                deadlines.create(context -> fence(group, id, context)));
    }

    private void fence(ConsumerGroup group, String memberId, CommandContext context) {
        ConsumerMember member = group.member(memberId);
        if (member != null) {
            remove(group, member, context);
        }
    }

    // ---- heartbeats

    /** What is wrong with a heartbeat whatever the group is like; null if nothing is. */
    @Nullable RefusedException problem(ConsumerGroupHeartbeatRequest request) {
        String said = wrong(request);
        if (said != null) {
            return new RefusedException(ErrorCode.INVALID_REQUEST, said);
        }
        String assignor = request.serverAssignor();
        if (assignor != null && !assignors.containsKey(assignor)) {
            return new RefusedException(
                    ErrorCode.UNSUPPORTED_ASSIGNOR,
                    "ServerAssignor "
                            + assignor
                            + " is not supported. Supported assignors: "
                            + String.join(", ", new TreeSet<>(assignors.keySet()))
                            + ".");
        }
        return null;
    }

    private static @Nullable String wrong(ConsumerGroupHeartbeatRequest request) {
        int epoch = request.memberEpoch();
        if (request.groupId().isEmpty()) {
            return "GroupId can't be empty.";
        }
        if (request.instanceId() != null && request.instanceId().isEmpty()) {
            return "InstanceId can't be empty.";
        }
        if (request.rackId() != null && request.rackId().isEmpty()) {
            return "RackId can't be empty.";
        }
        if (epoch < MemberAssignment.LEFT_FOR_NOW) {
            return "MemberEpoch is invalid.";
        }
        if (epoch != MemberAssignment.JOINS) {
            if (request.memberId().isEmpty()) {
                return "MemberId can't be empty.";
            }
            return epoch == MemberAssignment.LEFT_FOR_NOW && request.instanceId() == null
                    ? "InstanceId can't be null."
                    : null;
        }
        if (request.rebalanceTimeoutMs() < 0) {
            return "RebalanceTimeoutMs must be provided in first request.";
        }
        if (request.topicPartitions() == null || !request.topicPartitions().isEmpty()) {
            return "TopicPartitions must be empty when (re-)joining.";
        }
        return request.subscribedTopicNames() == null
                ? "SubscribedTopicNames must be set in first request."
                : null;
    }

    /**
     * Takes a heartbeat.
     *
     * @throws RefusedException if the member is not what it takes itself for; nothing is changed
     */
    ConsumerGroupHeartbeatResponse heartbeat(
            ConsumerGroup group,
            GroupClient client,
            ConsumerGroupHeartbeatRequest request,
            CommandContext context) {
        int epoch = request.memberEpoch();
        if (epoch == MemberAssignment.LEAVES || epoch == MemberAssignment.LEFT_FOR_NOW) {
            return leave(group, request, context);
        }
        Assignment owned = owned(request);
        ConsumerMember member = known(group, request, owned);
        boolean isNew = member == null;
        if (member == null) {
            member = join(group, client, request, context);
        }
        MemberAssignment before = isNew ? MemberAssignment.NEW : member.current();
        boolean said = update(group, member, isNew, client, request, context);
        refresh(group, said, context);
        if (group.epoch() > group.assignmentEpoch()) {
            assign(group, context);
        }
        reconcile(group, member, owned, context);
        member.heardFor(settings.sessionMillis(), context);
        member.watchRevocation(context);
        boolean inFull =
                request.rebalanceTimeoutMs() >= 0
                        && request.subscribedTopicNames() != null
                        && request.topicPartitions() != null;
        MemberAssignment now = member.current();
        ConsumerGroupHeartbeatResponse response =
                new ConsumerGroupHeartbeatResponse()
                        .memberId(member.id())
                        .memberEpoch(now.epoch())
                        .heartbeatIntervalMs(settings.heartbeatMillis());
        return inFull || !now.assigned().equals(before.assigned())
                ? response.assignment(answered(now.assigned()))
                : response;
    }

    private static @Nullable Assignment owned(ConsumerGroupHeartbeatRequest request) {
        List<ConsumerGroupHeartbeatRequest.TopicPartitions> said = request.topicPartitions();
        if (said == null) {
            return null;
        }
        Assignment.Builder owned = new Assignment.Builder();
        said.forEach(topic ->
                topic.partitions().forEach(partition -> owned.add(topic.topicId(), partition)));
        return owned.build();
    }

    private static ConsumerGroupHeartbeatResponse.Assignment answered(Assignment assigned) {
        List<ConsumerGroupHeartbeatResponse.TopicPartitions> topics = new ArrayList<>();
        assigned.topics()
                .forEach((topic, partitions) ->
                        topics.add(
                                new ConsumerGroupHeartbeatResponse.TopicPartitions()
                                        .topicId(topic)
                                        .partitions(Assignment.list(partitions))));
        return new ConsumerGroupHeartbeatResponse.Assignment().topicPartitions(topics);
    }

    // ---- who it is

    /** The member that sends it; null if it is to join. */
    private @Nullable ConsumerMember known(
            ConsumerGroup group,
            ConsumerGroupHeartbeatRequest request,
            @Nullable Assignment owned) {
        String instance = request.instanceId();
        ConsumerMember member =
                instance == null ? group.member(request.memberId()) : group.memberOf(instance);
        boolean joins = request.memberEpoch() == MemberAssignment.JOINS;
        if (member == null) {
            if (!joins) {
                throw unknown(group, request.memberId());
            }
            if (group.size() >= settings.maxMembers()) {
                throw new RefusedException(
                        ErrorCode.GROUP_MAX_SIZE_REACHED,
                        "The consumer group has reached its maximum capacity of "
                                + settings.maxMembers()
                                + " members.");
            }
            return null;
        }
        if (!member.id().equals(request.memberId())) {
            if (!joins) {
                throw fenced(group, member, request);
            }
            if (!member.isAway()) {
                throw new RefusedException(
                        ErrorCode.UNRELEASED_INSTANCE_ID,
                        "Static member "
                                + request.memberId()
                                + " with instance id "
                                + instance
                                + " cannot join the group because the instance id is owned by"
                                + " member "
                                + member.id()
                                + ".");
            }
            return null;
        }
        checkEpoch(member, request.memberEpoch(), owned);
        return member;
    }

    private static RefusedException unknown(ConsumerGroup group, String memberId) {
        return new RefusedException(
                ErrorCode.UNKNOWN_MEMBER_ID,
                "Member " + memberId + " is not a member of group " + group.id() + ".");
    }

    private static RefusedException fenced(
            ConsumerGroup group, ConsumerMember member, ConsumerGroupHeartbeatRequest request) {
        return new RefusedException(
                ErrorCode.FENCED_INSTANCE_ID,
                "Static member "
                        + request.memberId()
                        + " of group "
                        + group.id()
                        + " was fenced by member "
                        + member.id()
                        + ".");
    }

    private static void checkEpoch(ConsumerMember member, int said, @Nullable Assignment owned) {
        MemberAssignment current = member.current();
        if (said == MemberAssignment.JOINS) {
            return; // it owns nothing, whatever was known of it
        }
        boolean missedTheLast =
                said == current.previousEpoch()
                        && owned != null
                        && owned.isWithin(current.assigned());
        if (said > current.epoch() || (said < current.epoch() && !missedTheLast)) {
            throw new RefusedException(
                    ErrorCode.FENCED_MEMBER_EPOCH,
                    "The consumer group member has a "
                            + (said > current.epoch() ? "greater" : "smaller")
                            + " member epoch ("
                            + said
                            + ") than the one known by the group coordinator ("
                            + current.epoch()
                            + "). The member must abandon all its partitions and rejoin.");
        }
        if (current.state() == ConsumerMemberState.UNKNOWN && (owned == null || !owned.isEmpty())) {
            throw new RefusedException(
                    ErrorCode.FENCED_MEMBER_EPOCH,
                    "what is known of the member was stored by another release; it must join again");
        }
    }

    private ConsumerMember join(
            ConsumerGroup group,
            GroupClient client,
            ConsumerGroupHeartbeatRequest request,
            CommandContext context) {
        String id = request.memberId().isEmpty() ? MemberIds.next(random) : request.memberId();
        String instance = request.instanceId();
        ConsumerMember member = newMember(group, id, instance, client);
        ConsumerMember away = instance == null ? null : group.memberOf(instance);
        if (away == null) {
            group.add(member);
            return member;
        }
        // a static member has come back under another ID: it has what it had
        MemberAssignment had = away.current();
        member.target(away.target());
        member.update(
                new ConsumerMember.Said(
                        client,
                        away.rackId(),
                        away.rebalanceTimeoutMs(),
                        away.subscribedTopics(),
                        away.assignor()));
        forget(group, away, context);
        group.add(member);
        group.moveTo(member, had.withEpoch(MemberAssignment.JOINS));
        context.append(ConsumerRecords.target(group.id(), member));
        return member;
    }

    // ---- what it says, and what becomes of it

    /** Takes over what a member says of itself; whether that changes what is to be assigned. */
    private static boolean update(
            ConsumerGroup group,
            ConsumerMember member,
            boolean isNew,
            GroupClient client,
            ConsumerGroupHeartbeatRequest request,
            CommandContext context) {
        Set<String> topicsBefore = Set.copyOf(member.subscribedTopics());
        String assignorBefore = member.assignor();
        List<String> topics = request.subscribedTopicNames();
        boolean changed =
                member.update(
                        new ConsumerMember.Said(
                                client,
                                request.rackId(),
                                request.rebalanceTimeoutMs(),
                                topics == null ? null : new TreeSet<>(topics),
                                request.serverAssignor()));
        if (isNew || changed) {
            context.append(ConsumerRecords.member(group.id(), member));
        }
        String assignor = member.assignor();
        boolean sameAssignor =
                assignor == null ? assignorBefore == null : assignor.equals(assignorBefore);
        return !member.subscribedTopics().equals(topicsBefore) || !sameAssignor;
    }

    /** Begins a new epoch if members, subscriptions or topics are not what they were. */
    private void refresh(ConsumerGroup group, boolean changed, CommandContext context) {
        long version = catalog.version();
        if (!changed && version == group.catalogVersion()) {
            return;
        }
        long hash = hash(group.subscribedTopics());
        group.catalogVersion(version);
        if (changed || hash != group.metadataHash()) {
            bump(group, hash, context);
        }
    }

    private static void bump(ConsumerGroup group, long hash, CommandContext context) {
        group.epoch(group.epoch() + 1, hash);
        context.append(ConsumerRecords.of(group));
    }

    /** Tells topics as they are from others; 0 if there are none. */
    private long hash(Set<String> names) {
        long hash = 0;
        for (String name : new TreeSet<>(names)) {
            TopicCatalog.Topic topic = catalog.find(name);
            if (topic != null) {
                hash = hash * 31 + name.hashCode();
                hash = hash * 31 + topic.id().getMostSignificantBits();
                hash = hash * 31 + topic.id().getLeastSignificantBits();
                hash = hash * 31 + topic.partitions();
            }
        }
        return hash;
    }

    /** Decides what each member is to have. */
    private void assign(ConsumerGroup group, CommandContext context) {
        Map<String, ConsumerAssignor.Subscriber> subscribers = new HashMap<>();
        for (ConsumerMember member : group.members()) {
            Set<TopicCatalog.Topic> topics = new HashSet<>();
            for (String name : member.subscribedTopics()) {
                TopicCatalog.Topic topic = catalog.find(name);
                if (topic != null) {
                    topics.add(topic);
                }
            }
            String instance = member.instanceId();
            subscribers.put(
                    member.id(),
                    new ConsumerAssignor.Subscriber(
                            instance == null ? "" : instance, topics, member.target()));
        }
        Map<String, Assignment> assigned = preferred(group).assign(subscribers);
        for (ConsumerMember member : group.members()) {
            Assignment target = assigned.getOrDefault(member.id(), Assignment.NONE);
            if (!target.equals(member.target())) {
                member.target(target);
                context.append(ConsumerRecords.target(group.id(), member));
            }
        }
        group.assignmentEpoch(group.epoch());
        context.append(ConsumerRecords.targets(group, context.now().wallMillis()));
    }

    /** The assignor that most members ask for, or else the broker's first. */
    ConsumerAssignor preferred(ConsumerGroup group) {
        Map<String, Integer> votes = new HashMap<>();
        for (ConsumerMember member : group.members()) {
            String assignor = member.assignor();
            if (assignor != null) {
                votes.merge(assignor, 1, Integer::sum);
            }
        }
        ConsumerAssignor preferred = settings.assignors().getFirst();
        int most = 0;
        for (ConsumerAssignor assignor : settings.assignors()) {
            int count = votes.getOrDefault(assignor.name(), 0);
            if (count > most) {
                most = count;
                preferred = assignor;
            }
        }
        return preferred;
    }

    private static void reconcile(
            ConsumerGroup group,
            ConsumerMember member,
            @Nullable Assignment owned,
            CommandContext context) {
        MemberAssignment before = member.current();
        MemberAssignment next =
                before.next(
                        member.target(),
                        group.assignmentEpoch(),
                        owned,
                        (topic, partition) -> group.isTaken(member, topic, partition));
        if (!next.equals(before)) {
            group.moveTo(member, next);
            context.append(ConsumerRecords.current(group.id(), member));
        }
    }

    // ---- leaving

    private ConsumerGroupHeartbeatResponse leave(
            ConsumerGroup group, ConsumerGroupHeartbeatRequest request, CommandContext context) {
        String instance = request.instanceId();
        ConsumerMember member =
                instance == null ? group.member(request.memberId()) : group.memberOf(instance);
        if (member == null) {
            throw unknown(group, request.memberId());
        }
        if (!member.id().equals(request.memberId())) {
            throw fenced(group, member, request);
        }
        if (request.memberEpoch() == MemberAssignment.LEAVES) {
            remove(group, member, context);
        } else {
            MemberAssignment current = member.current();
            group.moveTo(
                    member,
                    new MemberAssignment(
                            ConsumerMemberState.STABLE,
                            MemberAssignment.LEFT_FOR_NOW,
                            current.epoch(),
                            current.assigned(),
                            Assignment.NONE));
            context.append(ConsumerRecords.current(group.id(), member));
            member.heardFor(settings.sessionMillis(), context);
            member.watchRevocation(context);
        }
        return new ConsumerGroupHeartbeatResponse()
                .memberId(member.id())
                .memberEpoch(request.memberEpoch());
    }

    /** Takes a member out that an administrator names, by its ID or its instance. */
    ErrorCode leave(ConsumerGroup group, MemberIdentity leaving, CommandContext context) {
        String instance = leaving.groupInstanceId();
        ConsumerMember member =
                leaving.memberId().isEmpty() && instance != null
                        ? group.memberOf(instance)
                        : group.member(leaving.memberId());
        if (member == null) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        if (instance != null && !instance.equals(member.instanceId())) {
            return ErrorCode.FENCED_INSTANCE_ID;
        }
        remove(group, member, context);
        return ErrorCode.NONE;
    }

    /** Takes a member out, and has what it had shared out with the next heartbeat of another. */
    void remove(ConsumerGroup group, ConsumerMember member, CommandContext context) {
        forget(group, member, context);
        bump(group, hash(group.subscribedTopics()), context);
    }

    private static void forget(ConsumerGroup group, ConsumerMember member, CommandContext context) {
        context.append(ConsumerRecords.goneCurrent(group.id(), member.id()));
        context.append(ConsumerRecords.goneTarget(group.id(), member.id()));
        context.append(ConsumerRecords.goneMember(group.id(), member.id()));
        group.remove(member);
    }
}
