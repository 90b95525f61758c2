package mortise.metadata;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import mortise.api.HostPort;
import org.jspecify.annotations.Nullable;

/**
 * A broker in the cluster's metadata.
 *
 * @param incarnation tells one run of its process from another
 * @param epoch grows with every registration
 * @param fenced whether clients are kept away from it
 * @param rack where it stands, if it says
 * @param endpoints how it is reached
 */
public record BrokerImage(
        int id,
        UUID incarnation,
        long epoch,
        boolean fenced,
        @Nullable String rack,
        List<Endpoint> endpoints) {
    public BrokerImage {
        endpoints = List.copyOf(endpoints);
    }

    /** One listener of a broker. */
    public record Endpoint(String listener, HostPort address) {}

    /** Where a listener of this name is reached. */
    public Optional<HostPort> endpoint(String listener) {
        return endpoints.stream()
                .filter(endpoint -> endpoint.listener().equals(listener))
                .map(Endpoint::address)
                .findFirst();
    }
}
