package mortise.broker.cluster.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.api.TopicPartition;
import mortise.broker.cluster.MetadataPublisher;
import mortise.broker.request.RequestContext;
import mortise.metadata.BrokerImage;
import mortise.metadata.ClusterImage;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicImage;
import org.jspecify.annotations.Nullable;

/** The cluster as clients of this broker are told about it. Thread-safe. */
final class ClusterView {
    private final int nodeId;
    private final MetadataPublisher publisher;

    ClusterView(int nodeId, MetadataPublisher publisher) {
        this.nodeId = nodeId;
        this.publisher = publisher;
    }

    int nodeId() {
        return nodeId;
    }

    ClusterImage image() {
        return publisher.image();
    }

    /** A broker and where the client that asks reaches it. */
    record Reachable(BrokerImage broker, HostPort address) {}

    /** The brokers that a client can reach by the listener it came by. */
    List<Reachable> brokers(RequestContext context, ClusterImage image, boolean withFenced) {
        return image.brokers().values().stream()
                .filter(broker -> withFenced || !broker.fenced())
                .map(broker -> reachable(context, broker))
                .filter(reachable -> reachable != null)
                .toList();
    }

    private @Nullable Reachable reachable(RequestContext context, BrokerImage broker) {
        HostPort address = address(context, broker);
        return address == null ? null : new Reachable(broker, address);
    }

    private @Nullable HostPort address(RequestContext context, BrokerImage broker) {
        if (broker.id() != nodeId) {
            return broker.endpoint(context.listener().name()).orElse(null);
        }
        HostPort advertised = context.listener().advertised();
        if (advertised != null) {
            return advertised;
        }
        // What the client itself connected to works for it, whatever this broker's other names are.
        InetSocketAddress local = context.localAddress();
        InetAddress address = local.getAddress();
        return new HostPort(
                address == null ? local.getHostString() : address.getHostAddress(),
                local.getPort());
    }

    /** The broker that clients send changes of the cluster to. */
    int controllerId(ClusterImage image) {
        int leader = publisher.leadership().leaderId();
        return image.isLive(leader) ? leader : nodeId;
    }

    /**
     * A partition as clients see it.
     *
     * @param leader the leader, or -1 if clients cannot use it
     * @param offline the replicas that cannot be used
     */
    record PartitionView(ErrorCode error, int leader, List<Integer> offline) {}

    /** How a partition looks by the listener that the client came by. */
    PartitionView partition(
            RequestContext context,
            ClusterImage image,
            TopicImage topic,
            PartitionImage partition) {
        boolean failedHere =
                publisher.isOffline(
                        topic.id(), new TopicPartition(topic.name(), partition.partition()));
        List<Integer> offline = offline(image, partition, failedHere);
        BrokerImage leader = image.brokers().get(partition.leader());
        if (leader == null || offline.contains(leader.id())) {
            return new PartitionView(ErrorCode.LEADER_NOT_AVAILABLE, -1, offline);
        }
        if (address(context, leader) == null) {
            return new PartitionView(ErrorCode.LISTENER_NOT_FOUND, -1, offline);
        }
        return new PartitionView(ErrorCode.NONE, partition.leader(), offline);
    }

    private List<Integer> offline(
            ClusterImage image, PartitionImage partition, boolean failedHere) {
        boolean allLive = !failedHere;
        for (int i = 0; allLive && i < partition.replicas().size(); i++) {
            allLive = image.isLive(partition.replicas().get(i));
        }
        return allLive
                ? List.of()
                : partition.replicas().stream()
                        .filter(replica ->
                                !image.isLive(replica) || (failedHere && replica == nodeId))
                        .toList();
    }
}
