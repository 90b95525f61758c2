package mortise.broker;

import java.util.Optional;
import mortise.api.HostPort;
import mortise.broker.cluster.MetadataPublisher;
import mortise.broker.request.BrokerEndpoints;
import mortise.broker.request.RequestContext;

/** Where brokers are, as the cluster's metadata says, on the listener that the client uses. */
record AdvertisedBrokers(int nodeId, MetadataPublisher publisher) implements BrokerEndpoints {
    @Override
    public Optional<HostPort> find(int wanted, RequestContext context) {
        if (wanted == nodeId) {
            HostPort advertised = context.listener().advertised();
            return Optional.of(
                    advertised != null
                            ? advertised
                            : new HostPort(
                                    context.localAddress().getHostString(),
                                    context.localAddress().getPort()));
        }
        return Optional.ofNullable(publisher.image().brokers().get(wanted))
                .flatMap(broker -> broker.endpoint(context.listener().name()));
    }
}
