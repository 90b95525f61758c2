package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.List;
import mortise.wire.message.JoinGroupRequest;

/** On what terms a member joins a classic group. */
record JoinTerms(
        String protocolType,
        List<MemberProtocol> protocols,
        int sessionTimeoutMs,
        int rebalanceTimeoutMs) {
    JoinTerms {
        protocols = List.copyOf(protocols);
    }

    /** What a request says, copied out of its frame. */
    static JoinTerms of(JoinGroupRequest request, short version) {
        List<MemberProtocol> protocols = new ArrayList<>(request.protocols().size());
        request.protocols()
                .forEach(protocol ->
                        protocols.add(
                                new MemberProtocol(
                                        protocol.name(), Bytes.copy(protocol.metadata()))));
        return new JoinTerms(
                request.protocolType(),
                protocols,
                request.sessionTimeoutMs(),
                version == 0 ? request.sessionTimeoutMs() : request.rebalanceTimeoutMs());
    }
}
