package mortise.broker;

import mortise.broker.request.Access;
import mortise.broker.request.BrokerEndpoints;
import mortise.broker.runtime.Lanes;

/** What the areas that serve requests stand on. */
record Serving(
        StorageArea storage,
        PartitionArea partitions,
        ClusterArea cluster,
        BrokerPlugins plugins,
        Access access,
        Lanes lanes) {
    /** Where other brokers are. */
    BrokerEndpoints endpoints(Composition with) {
        return new AdvertisedBrokers(with.nodeId(), cluster.publisher());
    }
}
