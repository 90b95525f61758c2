package mortise.junit.broker;

import java.util.LinkedHashMap;
import java.util.Map;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.broker.BrokerStatus;
import mortise.broker.RefusedRequests;
import mortise.junit.engine.BrokerOrder;
import mortise.junit.engine.HostedBroker;
import mortise.junit.engine.StatusKey;
import org.jspecify.annotations.Nullable;

/** A broker in this JVM. Its refusals outlive its stops. */
final class JvmBroker implements HostedBroker {
    private final BrokerOrder order;
    private final RefusedRequests refusals = new RefusedRequests();
    private volatile @Nullable Broker broker;

    JvmBroker(BrokerOrder order) {
        this.order = order;
    }

    private Broker running() {
        Broker now = broker;
        if (now == null) {
            throw new IllegalStateException("the test's broker does not run; start() starts it");
        }
        return now;
    }

    @Override
    public HostPort start() {
        BrokerBuilder builder =
                new BrokerBuilder()
                        .layer("mortise-junit", order.chosen())
                        .layer("test", order.asked())
                        .refusing(refusals);
        order.plugins().forEach(builder::plugin);
        Broker started = builder.start();
        broker = started;
        return bound(started);
    }

    private static HostPort bound(Broker broker) {
        HostPort bound = broker.status().listeners().get(BrokerOrder.LISTENER);
        if (bound == null) {
            throw new IllegalStateException(
                    "the test's broker has no listener " + BrokerOrder.LISTENER);
        }
        return bound;
    }

    @Override
    public void stop() {
        running().close();
        broker = null;
    }

    @Override
    public void kill() {
        running().kill();
        broker = null;
    }

    @Override
    public Map<String, String> status() {
        BrokerStatus status = running().status();
        Map<String, String> said = new LinkedHashMap<>();
        said.put(StatusKey.CLUSTER_ID.name(), status.clusterId());
        said.put(StatusKey.NODE_ID.name(), Integer.toString(status.nodeId()));
        if (status.dataDirectory() != null) {
            said.put(StatusKey.DATA_DIRECTORY.name(), status.dataDirectory().toString());
        }
        said.put(StatusKey.DURABILITY.name(), status.durability());
        said.put(StatusKey.TOPICS.name(), Integer.toString(status.topics()));
        said.put(StatusKey.PARTITIONS.name(), Integer.toString(status.partitions()));
        said.put(StatusKey.START_NANOS.name(), Long.toString(status.startTime().toNanos()));
        addAll(said, StatusKey.LISTENER, status.listeners());
        addAll(said, StatusKey.EXPORTER, status.exporters());
        addAll(said, StatusKey.METRIC, status.metrics());
        return said;
    }

    private static void addAll(Map<String, String> said, StatusKey key, Map<String, ?> values) {
        values.forEach((name, value) -> said.put(key.of(name), value.toString()));
    }

    private DirectTopics topics() {
        return new DirectTopics(bound(running()));
    }

    @Override
    public void createTopic(String name, int partitions, Map<String, String> configs) {
        topics().create(name, partitions, configs);
    }

    @Override
    public void deleteTopic(String name) {
        topics().delete(name);
    }

    @Override
    public void refuse(String api, ErrorCode error, int times) {
        refusals.refuse(api, error, times);
    }

    @Override
    public int refusalsLeft(String api) {
        return refusals.remaining(api);
    }

    @Override
    public void clearRefusals() {
        refusals.clear();
    }

    @Override
    public void close() {
        Broker now = broker;
        if (now != null) {
            now.close();
            broker = null;
        }
    }
}
