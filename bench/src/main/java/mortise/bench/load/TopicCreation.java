package mortise.bench.load;

import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import mortise.client.BrokerErrorException;
import mortise.client.Cluster;
import mortise.client.Topics;

/** Makes topics and waits until they can be used. */
public final class TopicCreation {
    private static final int ATTEMPTS = 5_000;
    private static final long PAUSE_NANOS = 2_000_000;

    private TopicCreation() {}

    /**
     * Creates a topic and returns when every partition has a leader.
     *
     * @throws BrokerErrorException if the broker refuses it
     */
    public static void create(
            Cluster cluster, String name, int partitions, Map<String, String> configuration) {
        Topics topics = new Topics(cluster);
        for (int attempt = 1; ; attempt++) {
            try {
                topics.create(name, partitions, 1, configuration);
                break;
            } catch (BrokerErrorException notReady) {
                if (!notReady.error().retriable() || attempt == ATTEMPTS) {
                    throw notReady;
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        }
        for (int attempt = 1; attempt < ATTEMPTS; attempt++) {
            if (hasLeaders(topics, name)) {
                return;
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        throw new IllegalStateException("the partitions of " + name + " have no leaders");
    }

    private static boolean hasLeaders(Topics topics, String name) {
        try {
            return topics.describe(name).partitions().stream()
                    .allMatch(partition -> partition.leaderId() >= 0);
        } catch (BrokerErrorException notYet) {
            if (!notYet.error().retriable()) {
                throw notYet;
            }
            return false; // a controller may answer before the broker knows of the topic
        }
    }
}
