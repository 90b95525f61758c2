package mortise.coordinator.group;

import java.nio.ByteBuffer;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.coordinator.CommandContext;
import mortise.coordinator.Deadline;
import mortise.coordinator.Reply;
import mortise.wire.message.JoinGroupResponse;
import mortise.wire.message.SyncGroupResponse;
import org.jspecify.annotations.Nullable;

/** A member of a classic group. Confined to its group. */
final class ClassicMember {
    private final String id;
    private final @Nullable String instanceId;
    private final GroupClient client;
    private final Deadline session;
    private int rebalanceTimeoutMs;
    private int sessionTimeoutMs;
    private List<MemberProtocol> protocols;
    private ByteBuffer assignment = Bytes.NONE;
    private @Nullable Reply<JoinGroupResponse> joining;
    private @Nullable Reply<SyncGroupResponse> syncing;

    /** Whether it has asked to join for the first time and does not know its ID yet. */
    private boolean isNew;

    ClassicMember(
            String id,
            @Nullable String instanceId,
            GroupClient client,
            Deadline session,
            JoinTerms terms) {
        this.id = id;
        this.instanceId = instanceId;
        this.client = client;
        this.session = session;
        this.rebalanceTimeoutMs = terms.rebalanceTimeoutMs();
        this.sessionTimeoutMs = terms.sessionTimeoutMs();
        this.protocols = terms.protocols();
    }

    String id() {
        return id;
    }

    @Nullable String instanceId() {
        return instanceId;
    }

    boolean isStatic() {
        return instanceId != null;
    }

    GroupClient client() {
        return client;
    }

    int rebalanceTimeoutMs() {
        return rebalanceTimeoutMs;
    }

    int sessionTimeoutMs() {
        return sessionTimeoutMs;
    }

    List<MemberProtocol> protocols() {
        return protocols;
    }

    /** Joins again, on these terms. */
    void update(JoinTerms terms) {
        rebalanceTimeoutMs = terms.rebalanceTimeoutMs();
        sessionTimeoutMs = terms.sessionTimeoutMs();
        protocols = terms.protocols();
    }

    /** Whether it knows just these protocols, and says the same in each. */
    boolean matches(List<MemberProtocol> others) {
        return protocols.equals(others);
    }

    /** What it says for a protocol; nothing if it does not know it. */
    ByteBuffer metadata(@Nullable String protocol) {
        for (MemberProtocol known : protocols) {
            if (known.name().equals(protocol)) {
                return known.metadata();
            }
        }
        return Bytes.NONE;
    }

    ByteBuffer assignment() {
        return assignment;
    }

    void assignment(ByteBuffer value) {
        assignment = value;
    }

    // ---- who waits

    boolean isNew() {
        return isNew;
    }

    void isNew(boolean value) {
        isNew = value;
    }

    boolean isJoining() {
        return joining != null;
    }

    boolean isSyncing() {
        return syncing != null;
    }

    /** Waits for the next generation; one that waited before is told to ask again. */
    void join(Reply<JoinGroupResponse> reply, CommandContext context) {
        Reply<JoinGroupResponse> before = joining;
        joining = reply;
        if (before != null) {
            context.answer(before, Answers.joinError(id, ErrorCode.UNKNOWN_MEMBER_ID));
        }
    }

    /** Answers whoever waits to join, if anybody does. */
    void joined(JoinGroupResponse response, CommandContext context) {
        Reply<JoinGroupResponse> waiting = joining;
        joining = null;
        if (waiting != null) {
            context.answer(waiting, response);
        }
    }

    /** Waits for what it is assigned. */
    void sync(Reply<SyncGroupResponse> reply, CommandContext context) {
        Reply<SyncGroupResponse> before = syncing;
        syncing = reply;
        if (before != null) {
            context.answer(before, Answers.syncError(ErrorCode.REBALANCE_IN_PROGRESS));
        }
    }

    /** Answers whoever waits for the assignment, if anybody does. */
    void synced(SyncGroupResponse response, CommandContext context) {
        Reply<SyncGroupResponse> waiting = syncing;
        syncing = null;
        if (waiting != null) {
            context.answer(waiting, response);
        }
    }

    /** Nobody is answered from here any more. */
    void unload() {
        session.cancel();
        if (joining != null) {
            joining.refuse(ErrorCode.NOT_COORDINATOR);
            joining = null;
        }
        if (syncing != null) {
            syncing.refuse(ErrorCode.NOT_COORDINATOR);
            syncing = null;
        }
    }

    // ---- its session

    /** It is alive now. */
    void heard(CommandContext context) {
        heardFor(sessionTimeoutMs, context);
    }

    void heardFor(int millis, CommandContext context) {
        session.set(context.now().inMillis(millis));
    }

    void endSession() {
        session.cancel();
    }

    /** Whether it need not be heard of: it waits for an answer of ours. */
    boolean isExcused() {
        return !isNew && (isJoining() || isSyncing());
    }
}
