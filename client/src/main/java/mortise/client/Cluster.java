package mortise.client;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.PluginActivityField;
import mortise.wire.message.DescribeClusterRequest;
import mortise.wire.message.DescribeClusterResponse;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataResponse;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as seen through one of its brokers: connections made when they are needed, and made
 * again after they broke. Confined to one thread at a time.
 *
 * <p>Each public call here and in {@link Topics}, {@link Configs}, {@link Producer} and {@link
 * Consumer} ends within the timeout, with all its requests and attempts. What fails for a while (a
 * leader that moves, a broker that starts again) is tried again within it; a change whose fate is
 * unknown is not.
 */
public final class Cluster implements AutoCloseable {
    private final HostPort bootstrap;
    private final String clientId;
    private final Duration timeout;
    private final ClientTime time;
    private final Map<HostPort, BrokerConnection> connections = new HashMap<>();
    private final Set<HostPort> reached = new HashSet<>();

    private Cluster(HostPort bootstrap, String clientId, Duration timeout, ClientTime time) {
        this.bootstrap = bootstrap;
        this.clientId = clientId;
        this.timeout = timeout;
        this.time = time;
    }

    /**
     * Connects to one broker of the cluster.
     *
     * @param timeout for this and for each later call
     * @throws ConnectionFailedException if it does not answer
     */
    public static Cluster connect(HostPort bootstrap, String clientId, Duration timeout) {
        return connect(bootstrap, clientId, timeout, ClientTime.system());
    }

    static Cluster connect(HostPort bootstrap, String clientId, Duration timeout, ClientTime time) {
        Cluster cluster = new Cluster(bootstrap, clientId, timeout, time);
        cluster.connection(bootstrap, cluster.deadline());
        return cluster;
    }

    /** How long each call may take. */
    public Duration timeout() {
        return timeout;
    }

    /** When a call that begins now has to end. */
    Deadline deadline() {
        return Deadline.after(time, timeout);
    }

    /** The attempts of a call. */
    Attempts attempts(Deadline deadline) {
        return new Attempts(time, deadline);
    }

    /** An open connection to a broker. */
    BrokerConnection connection(HostPort address, Deadline deadline) {
        BrokerConnection known = connections.get(address);
        if (known != null && known.isOpen()) {
            return known;
        }
        try {
            BrokerConnection made =
                    BrokerConnection.open(address, clientId, timeout, time, deadline);
            connections.put(address, made);
            reached.add(address);
            return made;
        } catch (ConnectionFailedException unreachable) {
            throw reached.contains(address) ? unreachable.ofKnownBroker() : unreachable;
        }
    }

    /** The broker that was named first; while it is away another one that is connected. */
    BrokerConnection anyBroker(Deadline deadline) {
        try {
            return connection(bootstrap, deadline);
        } catch (ConnectionFailedException away) {
            return connections.values().stream()
                    .filter(BrokerConnection::isOpen)
                    .findFirst()
                    .orElseThrow(() -> away);
        }
    }

    /** Asks until there is an answer: for questions, which may be asked twice. */
    <T> T asking(Deadline deadline, Supplier<T> question) {
        Attempts attempts = attempts(deadline);
        while (true) {
            try {
                return question.get();
            } catch (BrokerErrorException refused) {
                attempts.pauseAfter(refused);
            } catch (ConnectionFailedException failed) {
                attempts.pauseAfter(failed);
            }
        }
    }

    /**
     * Has the controller make a change. Tried again only if it was certainly not made.
     *
     * @param change what it does, for messages
     * @param request makes the request, as the controller understands it
     * @param reading takes the answer apart; throws if the change was refused
     */
    <R extends ApiMessage, T> T changing(
            Deadline deadline,
            String change,
            ApiKey key,
            Function<BrokerConnection, ApiMessage> request,
            Class<R> type,
            BiFunction<BrokerConnection, R, T> reading) {
        Attempts attempts = attempts(deadline);
        while (true) {
            BrokerConnection controller = asking(deadline, () -> controller(deadline));
            R answer;
            try {
                answer = controller.call(key, request.apply(controller), type, deadline);
            } catch (ConnectionFailedException failed) {
                throw failed.leavingOpen(change);
            }
            try {
                return reading.apply(controller, answer);
            } catch (BrokerErrorException refused) {
                if (refused.error() == ErrorCode.REQUEST_TIMED_OUT) {
                    throw refused;
                }
                attempts.pauseAfter(refused);
            }
        }
    }

    /**
     * The cluster's brokers and topics.
     *
     * @param topics which topics; null for all of them
     * @param create whether topics that do not exist may be created by asking
     */
    public MetadataResponse metadata(@Nullable List<String> topics, boolean create) {
        Deadline deadline = deadline();
        return asking(deadline, () -> metadata(topics, create, deadline));
    }

    /** Asks once. */
    MetadataResponse metadata(@Nullable List<String> topics, boolean create, Deadline deadline) {
        List<MetadataRequest.MetadataRequestTopic> wanted =
                topics == null
                        ? null
                        : topics.stream()
                                .map(name -> new MetadataRequest.MetadataRequestTopic().name(name))
                                .toList();
        MetadataRequest request =
                new MetadataRequest().topics(wanted).allowAutoTopicCreation(create);
        return anyBroker(deadline).call(ApiKey.METADATA, request, MetadataResponse.class, deadline);
    }

    private BrokerConnection controller(Deadline deadline) {
        MetadataResponse metadata = metadata(List.of(), false, deadline);
        return broker(metadata, metadata.controllerId(), deadline);
    }

    /** A connection to a broker that metadata names by its number. */
    BrokerConnection broker(MetadataResponse metadata, int nodeId, Deadline deadline) {
        HostPort address =
                metadata.brokers().stream()
                        .filter(broker -> broker.nodeId() == nodeId)
                        .map(broker -> address(broker.host(), broker.port()))
                        .findFirst()
                        .orElseThrow(() ->
                                new BrokerErrorException(
                                        ErrorCode.BROKER_NOT_AVAILABLE,
                                        "broker " + nodeId + " is not in the cluster's metadata"));
        if (address.equals(bootstrap)) {
            return connection(bootstrap, deadline);
        }
        try {
            return connection(address, deadline);
        } catch (ConnectionFailedException unreachable) {
            throw reached.contains(address)
                    ? unreachable
                    : ConnectionFailedException.advertised(bootstrap, nodeId, address, unreachable);
        }
    }

    private HostPort address(String host, int port) {
        if (port < 0 || port > 65_535) {
            throw ConnectionFailedException.notKafka(
                    bootstrap, "it says that a broker listens on port " + port);
        }
        return new HostPort(host, port);
    }

    /**
     * What the plugins of the bootstrap broker have done so far; nothing if the broker is no
     * Mortise, or does not let this client describe the cluster.
     */
    public Optional<List<PluginActivityField.Activity>> pluginActivity() {
        DescribeClusterRequest request = new DescribeClusterRequest();
        request.unknownTaggedFields().add(PluginActivityField.question());
        Deadline deadline = deadline();
        return PluginActivityField.answered(
                asking(
                        deadline,
                        () ->
                                connection(bootstrap, deadline)
                                        .call(
                                                ApiKey.DESCRIBE_CLUSTER,
                                                request,
                                                DescribeClusterResponse.class,
                                                deadline)));
    }

    /** Closes every connection. */
    @Override
    public void close() {
        connections.values().forEach(BrokerConnection::close);
        connections.clear();
    }
}
