package mortise.coordinator.group;

import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import mortise.coordinator.CommandContext;
import mortise.coordinator.Deadline;
import org.jspecify.annotations.Nullable;

/** A member of a group that the broker balances. Confined to its group. */
final class ConsumerMember {
    private final String id;
    private final @Nullable String instanceId;
    private final Deadline session;
    private final Deadline revocation;
    private GroupClient client;
    private @Nullable String rackId;
    private int rebalanceTimeoutMs;
    private SortedSet<String> subscribedTopics = new TreeSet<>();
    private @Nullable String assignor;
    private MemberAssignment current = MemberAssignment.NEW;
    private Assignment target = Assignment.NONE;

    /**
     * A member that subscribes to nothing yet.
     *
     * @param session when it is missed for too long
     * @param revocation when it takes too long to give partitions up
     */
    ConsumerMember(
            String id,
            @Nullable String instanceId,
            GroupClient client,
            Deadline session,
            Deadline revocation) {
        this.id = id;
        this.instanceId = instanceId;
        this.client = client;
        this.session = session;
        this.revocation = revocation;
    }

    String id() {
        return id;
    }

    @Nullable String instanceId() {
        return instanceId;
    }

    GroupClient client() {
        return client;
    }

    @Nullable String rackId() {
        return rackId;
    }

    int rebalanceTimeoutMs() {
        return rebalanceTimeoutMs;
    }

    Set<String> subscribedTopics() {
        return subscribedTopics;
    }

    @Nullable String assignor() {
        return assignor;
    }

    /** What it says of itself; what it does not say stays. */
    record Said(
            GroupClient client,
            @Nullable String rackId,
            int rebalanceTimeoutMs,
            @Nullable Set<String> subscribedTopics,
            @Nullable String assignor) {}

    /** Takes over what it says; whether anything is new. */
    boolean update(Said said) {
        boolean changed =
                !client.id().equals(said.client().id())
                        || !client.host().equals(said.client().host());
        client = said.client();
        if (said.rackId() != null && !said.rackId().equals(rackId)) {
            rackId = said.rackId();
            changed = true;
        }
        if (said.rebalanceTimeoutMs() >= 0 && said.rebalanceTimeoutMs() != rebalanceTimeoutMs) {
            rebalanceTimeoutMs = said.rebalanceTimeoutMs();
            changed = true;
        }
        if (said.assignor() != null && !said.assignor().equals(assignor)) {
            assignor = said.assignor();
            changed = true;
        }
        if (said.subscribedTopics() != null && !said.subscribedTopics().equals(subscribedTopics)) {
            subscribedTopics = new TreeSet<>(said.subscribedTopics());
            changed = true;
        }
        return changed;
    }

    MemberAssignment current() {
        return current;
    }

    void current(MemberAssignment value) {
        current = value;
    }

    Assignment target() {
        return target;
    }

    void target(Assignment value) {
        target = value;
    }

    boolean isAway() {
        return current.epoch() == MemberAssignment.LEFT_FOR_NOW;
    }

    // ---- its deadlines

    void heardFor(int millis, CommandContext context) {
        session.set(context.now().inMillis(millis));
    }

    /** It is to give partitions up within its rebalance timeout, or has done so. */
    void watchRevocation(CommandContext context) {
        if (current.state() != ConsumerMemberState.UNREVOKED_PARTITIONS) {
            revocation.cancel();
        } else if (!revocation.isSet()) {
            revocation.set(context.now().inMillis(rebalanceTimeoutMs));
        }
    }

    void end() {
        session.cancel();
        revocation.cancel();
    }
}
