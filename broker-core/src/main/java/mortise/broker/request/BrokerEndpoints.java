package mortise.broker.request;

import java.util.Optional;
import mortise.api.HostPort;

/** Where the brokers of the cluster are, for clients that must go to another one. Thread-safe. */
@FunctionalInterface
public interface BrokerEndpoints {
    /** The address of a broker as the client of this request should use it; nothing if unknown. */
    Optional<HostPort> find(int nodeId, RequestContext context);
}
