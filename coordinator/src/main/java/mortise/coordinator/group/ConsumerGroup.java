package mortise.coordinator.group;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import mortise.api.ErrorCode;
import mortise.coordinator.CommandContext;
import mortise.wire.message.OffsetCommitRequest;
import org.jspecify.annotations.Nullable;

/**
 * The members of a group that the broker balances (KIP-848): what they subscribe to, what each is
 * to have and what each has. Confined to the coordinator.
 */
final class ConsumerGroup implements Membership {
    /** From this version on a commit carries the epoch of a member of such a group. */
    private static final short FIRST_COMMIT_WITH_EPOCH = 9;

    private final String id;

    /** How long a member may be silent. */
    private final int sessionTimeoutMs;

    private final Map<String, ConsumerMember> members = new TreeMap<>();
    private final Map<String, String> memberOfInstance = new HashMap<>();

    /** Who may own a partition at present. */
    private final Map<UUID, Map<Integer, String>> owners = new HashMap<>();

    /** Apache Kafka's groups begin with it, and their first members are in the next. */
    private int epoch = 1;

    private int assignmentEpoch;

    /** Tells the topics that it subscribes to, as they are, from those that they were. */
    private long metadataHash;

    /** The version of the catalogue that the hash was made of, or -1. */
    private long catalogVersion = -1;

    ConsumerGroup(String id, int sessionTimeoutMs) {
        this.id = id;
        this.sessionTimeoutMs = sessionTimeoutMs;
    }

    @Override
    public String id() {
        return id;
    }

    // ---- its state

    @Override
    public boolean isEmpty() {
        return members.isEmpty();
    }

    @Override
    public String stateName() {
        if (members.isEmpty()) {
            return "Empty";
        }
        if (epoch > assignmentEpoch) {
            return "Assigning";
        }
        for (ConsumerMember member : members.values()) {
            MemberAssignment current = member.current();
            if (current.state() != ConsumerMemberState.STABLE
                    || current.epoch() != assignmentEpoch) {
                return "Reconciling";
            }
        }
        return "Stable";
    }

    @Override
    public String typeName() {
        return "consumer";
    }

    @Override
    public String protocolType() {
        return ClassicGroup.CONSUMER;
    }

    int epoch() {
        return epoch;
    }

    int assignmentEpoch() {
        return assignmentEpoch;
    }

    void assignmentEpoch(int value) {
        assignmentEpoch = value;
    }

    long metadataHash() {
        return metadataHash;
    }

    void epoch(int value, long hash) {
        epoch = value;
        metadataHash = hash;
    }

    long catalogVersion() {
        return catalogVersion;
    }

    void catalogVersion(long value) {
        catalogVersion = value;
    }

    // ---- members

    Collection<ConsumerMember> members() {
        return members.values();
    }

    int size() {
        return members.size();
    }

    @Nullable ConsumerMember member(String memberId) {
        return members.get(memberId);
    }

    @Nullable ConsumerMember memberOf(String instanceId) {
        String memberId = memberOfInstance.get(instanceId);
        return memberId == null ? null : members.get(memberId);
    }

    void add(ConsumerMember member) {
        members.put(member.id(), member);
        String instance = member.instanceId();
        if (instance != null) {
            memberOfInstance.put(instance, member.id());
        }
    }

    void remove(ConsumerMember member) {
        member.end();
        moveTo(member, MemberAssignment.NEW);
        members.remove(member.id());
        String instance = member.instanceId();
        if (instance != null) {
            memberOfInstance.remove(instance, member.id());
        }
    }

    /** A member has another step of its way behind it. */
    void moveTo(ConsumerMember member, MemberAssignment next) {
        member.current()
                .owned()
                .each((topic, partition) -> {
                    Map<Integer, String> owned = owners.get(topic);
                    if (owned != null && owned.remove(partition, member.id()) && owned.isEmpty()) {
                        owners.remove(topic);
                    }
                });
        member.current(next);
        next.owned()
                .each((topic, partition) ->
                        owners.computeIfAbsent(topic, one -> new HashMap<>())
                                .put(partition, member.id()));
    }

    /** Whether another member may own a partition. */
    boolean isTaken(ConsumerMember from, UUID topic, int partition) {
        String owner = owners.getOrDefault(topic, Map.of()).get(partition);
        return owner != null && !owner.equals(from.id());
    }

    /** Every topic that a member subscribes to. */
    Set<String> subscribedTopics() {
        Set<String> topics = new HashSet<>();
        members.values().forEach(member -> topics.addAll(member.subscribedTopics()));
        return topics;
    }

    int sessionTimeoutMs() {
        return sessionTimeoutMs;
    }

    // ---- offsets

    @Override
    public boolean subscribesTo(String topic) {
        return members.values().stream()
                .anyMatch(member -> member.subscribedTopics().contains(topic));
    }

    @Override
    public boolean letsOffsetsBeDeleted() {
        return true;
    }

    @Override
    public ErrorCode check(short version, OffsetCommitRequest request, CommandContext context) {
        int memberEpoch = request.generationIdOrMemberEpoch();
        if (memberEpoch < 0 && members.isEmpty()) {
            return ErrorCode.NONE;
        }
        ConsumerMember member = members.get(request.memberId());
        if (member == null) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        if (version < FIRST_COMMIT_WITH_EPOCH) {
            return ErrorCode.UNSUPPORTED_VERSION;
        }
        return memberEpoch == member.current().epoch()
                ? ErrorCode.NONE
                : ErrorCode.STALE_MEMBER_EPOCH;
    }

    @Override
    public ErrorCode checkReader(@Nullable String memberId, int memberEpoch) {
        if (memberId == null && memberEpoch < 0) {
            return ErrorCode.NONE; // an administrator
        }
        ConsumerMember member = members.get(memberId == null ? "" : memberId);
        if (member == null) {
            return ErrorCode.UNKNOWN_MEMBER_ID;
        }
        return memberEpoch == member.current().epoch()
                ? ErrorCode.NONE
                : ErrorCode.STALE_MEMBER_EPOCH;
    }

    @Override
    public long unusedSince(String topic, CommittedOffset committed) {
        return subscribesTo(topic) ? Long.MAX_VALUE : committed.commitMillis();
    }

    @Override
    public void forget(CommandContext context) {
        context.append(ConsumerRecords.goneTargets(id));
        context.append(ConsumerRecords.goneGroup(id));
    }

    @Override
    public void loaded(CommandContext context) {
        for (ConsumerMember member : members.values()) {
            member.heardFor(sessionTimeoutMs, context);
            member.watchRevocation(context);
        }
    }

    @Override
    public void unload() {
        members.values().forEach(ConsumerMember::end);
    }
}
