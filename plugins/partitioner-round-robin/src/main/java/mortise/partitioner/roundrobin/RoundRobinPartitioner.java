package mortise.partitioner.roundrobin;

import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.TopicView;
import org.jspecify.annotations.Nullable;

/**
 * Puts each record of a topic into the next partition, whatever its key. A partition without a
 * leader misses its turns, unless none has one.
 */
final class RoundRobinPartitioner implements Partitioner {
    private final int maxTopics;
    private final ConcurrentMap<String, AtomicInteger> turns = new ConcurrentHashMap<>();

    RoundRobinPartitioner(int maxTopics) {
        this.maxTopics = maxTopics;
    }

    @Override
    public int partition(TopicView topic, @Nullable ByteBuffer key, int recordBytes) {
        AtomicInteger turn = turn(topic.name());
        int partition = take(turn, topic.partitionCount());
        for (int missed = 0; missed < topic.partitionCount(); missed++) {
            if (topic.hasLeader(partition)) {
                return partition;
            }
            partition = take(turn, topic.partitionCount());
        }
        return partition;
    }

    private static int take(AtomicInteger turn, int partitionCount) {
        // the last partition rather than a count, which would jump where it overflows
        return turn.updateAndGet(last -> last + 1 < partitionCount ? last + 1 : 0);
    }

    private AtomicInteger turn(String topic) {
        AtomicInteger turn = turns.get(topic);
        if (turn != null) {
            return turn;
        }
        if (turns.size() >= maxTopics) {
            turns.clear();
        }
        return turns.computeIfAbsent(topic, name -> new AtomicInteger(-1));
    }
}
