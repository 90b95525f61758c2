package mortise.coordinator.group;

import mortise.api.ErrorCode;
import mortise.wire.message.HeartbeatResponse;
import mortise.wire.message.JoinGroupResponse;
import mortise.wire.message.SyncGroupResponse;

/** Answers that say only what is wrong. */
final class Answers {
    /** The generation of a group that has none, or of whoever is no member. */
    static final int NO_GENERATION = -1;

    private Answers() {}

    static JoinGroupResponse joinError(String memberId, ErrorCode error) {
        return new JoinGroupResponse()
                .memberId(memberId)
                .generationId(NO_GENERATION)
                .errorCode(error.code());
    }

    static SyncGroupResponse syncError(ErrorCode error) {
        return new SyncGroupResponse().errorCode(error.code());
    }

    static HeartbeatResponse heartbeat(ErrorCode error) {
        return new HeartbeatResponse().errorCode(error.code());
    }
}
