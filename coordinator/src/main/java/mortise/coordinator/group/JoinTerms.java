package mortise.coordinator.group;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
        Map<String, MemberProtocol> protocols = new LinkedHashMap<>();
        request.protocols()
                .forEach(protocol ->
                        protocols.computeIfAbsent(
                                protocol.name(),
                                name -> new MemberProtocol(name, Bytes.copy(protocol.metadata()))));
        return new JoinTerms(
                request.protocolType(),
                List.copyOf(protocols.values()),
                request.sessionTimeoutMs(),
                version == 0 ? request.sessionTimeoutMs() : request.rebalanceTimeoutMs());
    }
}
