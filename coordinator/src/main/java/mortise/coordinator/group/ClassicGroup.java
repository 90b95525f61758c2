package mortise.coordinator.group;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mortise.api.ErrorCode;
import mortise.coordinator.CommandContext;
import mortise.coordinator.Deadline;
import mortise.coordinator.Reply;
import mortise.wire.MalformedMessageException;
import mortise.wire.OversizedMessageException;
import mortise.wire.WireReader;
import mortise.wire.message.ConsumerProtocolSubscription;
import mortise.wire.message.JoinGroupResponse;
import mortise.wire.message.OffsetCommitRequest;
import org.jspecify.annotations.Nullable;

/**
 * The members of a group under the classic protocol: who they are, which generation they form, and
 * what is pending. {@link ClassicRebalance} moves it on. Confined to the coordinator.
 */
final class ClassicGroup implements Membership {
    /** The protocol type of consumers; others are Connect's and those of applications. */
    static final String CONSUMER = "consumer";

    private final String id;

    /** In the order in which they joined: the first is the leader if there is none. */
    private final Map<String, ClassicMember> members = new LinkedHashMap<>();

    private final Map<String, String> memberOfInstance = new HashMap<>();

    /** How many members know a protocol. */
    private final Map<String, Integer> protocolUsers = new HashMap<>();

    /** IDs that were given out and not joined with yet, and until when they are good. */
    private final Map<String, Deadline> pendingJoins = new HashMap<>();

    /** Members of this generation that have not asked what they are assigned. */
    private final Set<String> pendingSyncs = new HashSet<>();

    /** When whoever has not joined is left behind. */
    private final Deadline joinDeadline;

    /** When whoever has not asked for its assignment is left behind. */
    private final Deadline syncDeadline;

    private ClassicState state = ClassicState.EMPTY;
    private long stateSinceMillis;
    private int generation;
    private @Nullable String protocolType;
    private @Nullable String protocol;
    private @Nullable String leader;

    /** What the members subscribe to; null if that is not known. */
    private @Nullable Set<String> subscribedTopics = Set.of();

    /** How much longer an initial rebalance may be put off. */
    private int initialDelayLeftMs;

    /** Whether a member came while an initial rebalance was put off. */
    private boolean memberAdded;

    private boolean isInitial;

    /** Members that wait for the next generation. */
    private int joining;

    /** What its members say of themselves takes so much. */
    private long metadataBytes;

    ClassicGroup(String id, Deadline joinDeadline, Deadline syncDeadline, long nowMillis) {
        this.id = id;
        this.joinDeadline = joinDeadline;
        this.syncDeadline = syncDeadline;
        this.stateSinceMillis = nowMillis;
    }

    @Override
    public String id() {
        return id;
    }

    // ---- its state

    ClassicState state() {
        return state;
    }

    long stateSinceMillis() {
        return stateSinceMillis;
    }

    void moveTo(ClassicState next, long nowMillis) {
        isInitial = next == ClassicState.PREPARING_REBALANCE && state == ClassicState.EMPTY;
        state = next;
        stateSinceMillis = nowMillis;
    }

    /** Whether it prepares the first generation after it was empty. */
    boolean isInitial() {
        return isInitial;
    }

    int generation() {
        return generation;
    }

    @Override
    public @Nullable String protocolType() {
        return protocolType;
    }

    @Nullable String protocol() {
        return protocol;
    }

    @Nullable String leader() {
        return leader;
    }

    boolean isLeader(String memberId) {
        return memberId.equals(leader);
    }

    /** Whether its members are consumers, or it has had no members. */
    boolean isOfConsumers() {
        return CONSUMER.equals(protocolType);
    }

    /** Takes over what its record says. */
    void restore(
            int storedGeneration,
            @Nullable String storedType,
            @Nullable String storedProtocol,
            @Nullable String storedLeader,
            long sinceMillis) {
        generation = storedGeneration;
        protocolType = storedType;
        protocol = storedProtocol;
        leader = storedLeader;
        stateSinceMillis = sinceMillis;
    }

    void restored() {
        state = members.isEmpty() ? ClassicState.EMPTY : ClassicState.STABLE;
        noteSubscriptions();
    }

    Deadline joinDeadline() {
        return joinDeadline;
    }

    Deadline syncDeadline() {
        return syncDeadline;
    }

    int initialDelayLeftMs() {
        return initialDelayLeftMs;
    }

    void initialDelayLeftMs(int millis) {
        initialDelayLeftMs = millis;
    }

    boolean memberAdded() {
        return memberAdded;
    }

    void memberAdded(boolean value) {
        memberAdded = value;
    }

    // ---- members

    Collection<ClassicMember> members() {
        return members.values();
    }

    int size() {
        return members.size();
    }

    @Nullable ClassicMember member(String memberId) {
        return members.get(memberId);
    }

    /** The ID of the member that is this instance, or null. */
    @Nullable String memberOf(@Nullable String instanceId) {
        return instanceId == null ? null : memberOfInstance.get(instanceId);
    }

    void add(ClassicMember member, String type) {
        if (members.isEmpty()) {
            protocolType = type;
        }
        if (leader == null) {
            leader = member.id();
        }
        put(member);
        endPendingJoin(member.id());
    }

    private void put(ClassicMember member) {
        members.put(member.id(), member);
        count(member, 1);
        String instance = member.instanceId();
        if (instance != null) {
            memberOfInstance.put(instance, member.id());
        }
    }

    private void count(ClassicMember member, int change) {
        for (MemberProtocol known : member.protocols()) {
            protocolUsers.merge(
                    known.name(), change, (before, by) -> before + by == 0 ? null : before + by);
            metadataBytes += (long) change * known.sizeInBytes();
        }
        if (member.isJoining()) {
            joining += change;
        }
    }

    /** What its members say of themselves, in bytes. */
    long metadataBytes() {
        return metadataBytes;
    }

    /** A member joins again on other terms. */
    void update(ClassicMember member, JoinTerms terms) {
        count(member, -1);
        member.update(terms);
        count(member, 1);
    }

    /** A member waits for the next generation. */
    void join(ClassicMember member, Reply<JoinGroupResponse> reply, CommandContext context) {
        joining += member.isJoining() ? 0 : 1;
        member.join(reply, context);
    }

    /** Answers a member that may wait for the next generation. */
    void joined(ClassicMember member, JoinGroupResponse response, CommandContext context) {
        joining -= member.isJoining() ? 1 : 0;
        member.joined(response, context);
    }

    /** Takes a member out; another becomes the leader if it was that. */
    void remove(ClassicMember member) {
        members.remove(member.id());
        count(member, -1);
        pendingSyncs.remove(member.id());
        String instance = member.instanceId();
        if (instance != null) {
            memberOfInstance.remove(instance, member.id());
        }
        if (isLeader(member.id())) {
            leader = members.isEmpty() ? null : members.keySet().iterator().next();
        }
    }

    /** A static member has come back under a new ID: it takes the old one's place, and its role. */
    void replace(ClassicMember old, ClassicMember by) {
        boolean wasLeader = isLeader(old.id());
        remove(old);
        put(by);
        if (wasLeader) {
            leader = by.id();
        }
    }

    /** What is wrong with a request of a member, or NONE. */
    ErrorCode check(String memberId, @Nullable String instanceId) {
        if (instanceId != null) {
            String known = memberOfInstance.get(instanceId);
            if (known == null) {
                return ErrorCode.UNKNOWN_MEMBER_ID;
            }
            if (!known.equals(memberId)) {
                return ErrorCode.FENCED_INSTANCE_ID;
            }
        }
        return members.containsKey(memberId) ? ErrorCode.NONE : ErrorCode.UNKNOWN_MEMBER_ID;
    }

    // ---- who is awaited

    boolean isPendingJoin(String memberId) {
        return pendingJoins.containsKey(memberId);
    }

    int pendingJoins() {
        return pendingJoins.size();
    }

    void pendingJoin(String memberId, Deadline until) {
        pendingJoins.put(memberId, until);
    }

    /** Awaits an ID no more; whether it was awaited. */
    boolean endPendingJoin(String memberId) {
        Deadline until = pendingJoins.remove(memberId);
        if (until != null) {
            until.cancel();
        }
        return until != null;
    }

    /** Members that wait for the next generation. */
    int joining() {
        return joining;
    }

    boolean allHaveJoined() {
        return joining == members.size() && pendingJoins.isEmpty();
    }

    Set<String> pendingSyncs() {
        return pendingSyncs;
    }

    /** How long its slowest member may take to join again. */
    int rebalanceTimeoutMs() {
        int longest = 0;
        for (ClassicMember member : members.values()) {
            longest = Math.max(longest, member.rebalanceTimeoutMs());
        }
        return longest;
    }

    /** Makes a member the leader that has joined; false if none has. */
    boolean electJoinedLeader() {
        if (leader != null) {
            ClassicMember current = members.get(leader);
            if (current != null && current.isJoining()) {
                return true;
            }
        }
        Optional<ClassicMember> joined =
                members.values().stream().filter(ClassicMember::isJoining).findFirst();
        joined.ifPresent(member -> leader = member.id());
        return joined.isPresent();
    }

    // ---- generations

    /** Begins the next generation, with the protocol that most members prefer. */
    void nextGeneration() {
        generation++;
        if (members.isEmpty()) {
            protocol = null;
            leader = null;
        } else {
            protocol = preferredProtocol();
        }
        noteSubscriptions();
    }

    /** Whether a member that knows these protocols could join. */
    boolean supports(JoinTerms terms) {
        if (terms.protocolType().isEmpty() || terms.protocols().isEmpty()) {
            return false;
        }
        return state == ClassicState.EMPTY
                || (terms.protocolType().equals(protocolType)
                        && terms.protocols().stream().anyMatch(known -> isCommon(known.name())));
    }

    /** Whether all members know a protocol. */
    private boolean isCommon(String name) {
        return protocolUsers.getOrDefault(name, 0) == members.size();
    }

    /** Each member votes for the first of its protocols that all know. */
    String preferredProtocol() {
        Map<String, Integer> votes = new LinkedHashMap<>();
        for (ClassicMember member : members.values()) {
            member.protocols().stream()
                    .map(MemberProtocol::name)
                    .filter(this::isCommon)
                    .findFirst()
                    .ifPresent(vote -> votes.merge(vote, 1, Integer::sum));
        }
        return votes.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElseThrow(() ->
                        new IllegalStateException(
                                "no protocol that all members of " + id + " know"));
    }

    // ---- what it subscribes to

    private void noteSubscriptions() {
        subscribedTopics = subscriptions();
    }

    private @Nullable Set<String> subscriptions() {
        if (members.isEmpty()) {
            return Set.of();
        }
        if (!isOfConsumers() || protocol == null) {
            return null;
        }
        Set<String> topics = new HashSet<>();
        for (ClassicMember member : members.values()) {
            List<String> named = topics(member.metadata(protocol));
            if (named == null) {
                return null;
            }
            topics.addAll(named);
        }
        return topics;
    }

    private static @Nullable List<String> topics(ByteBuffer metadata) {
        ByteBuffer bytes = metadata.duplicate();
        if (bytes.remaining() < Short.BYTES) {
            return null;
        }
        short version = bytes.getShort();
        if (version < 0) {
            return null;
        }
        try {
            return new ConsumerProtocolSubscription(
                            new WireReader(bytes.slice()),
                            (short) Math.min(version, ConsumerProtocolSubscription.HIGHEST_VERSION))
                    .topics();
        } catch (MalformedMessageException | OversizedMessageException foreign) {
            return null; // whatever it is, its offsets are not touched on its account
        }
    }

    /** Whether a member subscribes to a topic; unknown if the group is not one of consumers. */
    @Override
    public boolean subscribesTo(String topic) {
        Set<String> topics = subscribedTopics;
        return topics != null && topics.contains(topic);
    }

    // ---- as a membership

    @Override
    public boolean isEmpty() {
        return members.isEmpty();
    }

    @Override
    public String stateName() {
        return state.wireName();
    }

    @Override
    public String typeName() {
        return "classic";
    }

    @Override
    public boolean letsOffsetsBeDeleted() {
        return state == ClassicState.EMPTY || isOfConsumers();
    }

    @Override
    public ErrorCode check(short version, OffsetCommitRequest request, CommandContext context) {
        ErrorCode problem = problem(request);
        if (problem == ErrorCode.NONE) {
            ClassicMember committing = members.get(request.memberId());
            if (committing != null && !committing.isJoining()) {
                committing.heard(context);
            }
        }
        return problem;
    }

    private ErrorCode problem(OffsetCommitRequest request) {
        int said = request.generationIdOrMemberEpoch();
        if (said < 0 && state == ClassicState.EMPTY) {
            return ErrorCode.NONE; // an administrator, or a consumer that assigns by itself
        }
        if (said < 0 && request.memberId().isEmpty() && request.groupInstanceId() == null) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        ErrorCode member = check(request.memberId(), request.groupInstanceId());
        if (member != ErrorCode.NONE) {
            return member;
        }
        if (said != generation) {
            return ErrorCode.ILLEGAL_GENERATION;
        }
        return state == ClassicState.COMPLETING_REBALANCE
                ? ErrorCode.REBALANCE_IN_PROGRESS
                : ErrorCode.NONE;
    }

    @Override
    public ErrorCode checkReader(@Nullable String memberId, int memberEpoch) {
        return ErrorCode.NONE;
    }

    @Override
    public long unusedSince(String topic, CommittedOffset committed) {
        if (protocolType == null) {
            return committed.commitMillis(); // nobody ever joined: it lives by its commits
        }
        if (state == ClassicState.EMPTY) {
            return Math.max(stateSinceMillis, committed.commitMillis());
        }
        return state == ClassicState.STABLE && subscribedTopics != null && !subscribesTo(topic)
                ? committed.commitMillis()
                : Long.MAX_VALUE;
    }

    @Override
    public void forget(CommandContext context) {
        if (protocolType != null) {
            context.append(GroupRecords.goneGroup(id));
        }
        moveTo(ClassicState.DEAD, context.now().wallMillis());
    }

    @Override
    public void loaded(CommandContext context) {
        members.values().forEach(member -> member.heard(context));
    }

    @Override
    public void unload() {
        members.values().forEach(ClassicMember::unload);
        pendingJoins.values().forEach(Deadline::cancel);
        joinDeadline.cancel();
        syncDeadline.cancel();
    }
}
