package mortise.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.api.TopicPartition;
import mortise.wire.ApiKey;
import mortise.wire.PluginActivityField;
import mortise.wire.message.DescribeClusterRequest;
import mortise.wire.message.DescribeClusterResponse;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataResponse;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as seen through one of its brokers: connections by role, made when they are needed.
 * Confined to one thread at a time.
 */
public final class Cluster implements AutoCloseable {
    private final String clientId;
    private final Duration timeout;
    private final BrokerConnection bootstrap;
    private final Map<HostPort, BrokerConnection> connections = new HashMap<>();

    private Cluster(String clientId, Duration timeout, BrokerConnection bootstrap) {
        this.clientId = clientId;
        this.timeout = timeout;
        this.bootstrap = bootstrap;
    }

    /**
     * Connects to one broker of the cluster.
     *
     * @throws ConnectionFailedException if it does not answer
     */
    public static Cluster connect(HostPort bootstrap, String clientId, Duration timeout) {
        return new Cluster(clientId, timeout, BrokerConnection.open(bootstrap, clientId, timeout));
    }

    /** The broker that was named first. */
    public BrokerConnection bootstrap() {
        return bootstrap;
    }

    /** How long each call may take. */
    public Duration timeout() {
        return timeout;
    }

    /**
     * The cluster's brokers and topics.
     *
     * @param topics which topics; null for all of them
     * @param create whether topics that do not exist may be created by asking
     */
    public MetadataResponse metadata(@Nullable List<String> topics, boolean create) {
        List<MetadataRequest.MetadataRequestTopic> wanted =
                topics == null
                        ? null
                        : topics.stream()
                                .map(name -> new MetadataRequest.MetadataRequestTopic().name(name))
                                .toList();
        MetadataRequest request =
                new MetadataRequest().topics(wanted).allowAutoTopicCreation(create);
        return bootstrap.call(ApiKey.METADATA, request, MetadataResponse.class);
    }

    /**
     * A topic's metadata.
     *
     * @throws BrokerErrorException if there is no such topic
     */
    public MetadataResponse.MetadataResponseTopic topic(String name, boolean create) {
        MetadataResponse.MetadataResponseTopic topic =
                metadata(List.of(name), create).topics().getFirst();
        BrokerErrorException.checkTopic(topic.errorCode(), name);
        return topic;
    }

    /**
     * A connection to the broker that leads a partition.
     *
     * @throws BrokerErrorException if there is no such partition or it has no leader
     */
    public BrokerConnection leader(TopicPartition partition) {
        MetadataResponse metadata = metadata(List.of(partition.topic()), false);
        MetadataResponse.MetadataResponseTopic topic = metadata.topics().getFirst();
        BrokerErrorException.checkTopic(topic.errorCode(), partition.topic());
        MetadataResponse.MetadataResponsePartition found =
                topic.partitions().stream()
                        .filter(candidate -> candidate.partitionIndex() == partition.partition())
                        .findFirst()
                        .orElseThrow(() ->
                                new BrokerErrorException(
                                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                                        "topic "
                                                + partition.topic()
                                                + " has no partition "
                                                + partition.partition()
                                                + "; it has "
                                                + topic.partitions().size()));
        BrokerErrorException.check(found.errorCode(), "partition " + partition, null);
        return broker(metadata, found.leaderId());
    }

    /** A connection to the controller. */
    public BrokerConnection controller() {
        MetadataResponse metadata = metadata(List.of(), false);
        return broker(metadata, metadata.controllerId());
    }

    private BrokerConnection broker(MetadataResponse metadata, int nodeId) {
        HostPort address =
                metadata.brokers().stream()
                        .filter(broker -> broker.nodeId() == nodeId)
                        .map(broker -> new HostPort(broker.host(), broker.port()))
                        .findFirst()
                        .orElseThrow(() ->
                                new BrokerErrorException(
                                        ErrorCode.BROKER_NOT_AVAILABLE,
                                        "broker " + nodeId + " is not in the cluster's metadata"));
        if (address.equals(bootstrap.address())) {
            return bootstrap;
        }
        try {
            return connections.computeIfAbsent(
                    address, missing -> BrokerConnection.open(missing, clientId, timeout));
        } catch (ConnectionFailedException unreachable) {
            throw ConnectionFailedException.advertised(
                    bootstrap.address(), nodeId, address, unreachable);
        }
    }

    /**
     * What the plugins of the bootstrap broker have done so far; nothing if the broker is no
     * Mortise, or does not let this client describe the cluster.
     */
    public Optional<List<PluginActivityField.Activity>> pluginActivity() {
        DescribeClusterRequest request = new DescribeClusterRequest();
        request.unknownTaggedFields().add(PluginActivityField.question());
        return PluginActivityField.answered(
                bootstrap.call(ApiKey.DESCRIBE_CLUSTER, request, DescribeClusterResponse.class));
    }

    /** Closes every connection. */
    @Override
    public void close() {
        connections.values().forEach(BrokerConnection::close);
        bootstrap.close();
    }
}
