package mortise.bench.micro;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mortise.partitioner.crc.Crc32Provider;
import mortise.partitioner.murmur.Murmur2Provider;
import mortise.partitioner.roundrobin.RoundRobinProvider;
import mortise.partitioner.sticky.StickyProvider;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.Partitioners;
import mortise.spi.partition.TopicView;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The partition of a record is chosen, its key one of many of 20 bytes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PartitionerBenchmark {
    private static final int PARTITIONS = 12;
    private static final int KEYS = 1 << 10;
    private static final int RECORD_BYTES = 100;

    private Partitioners known =
            Partitioners.of(
                    List.of(
                            new Murmur2Provider(),
                            new Crc32Provider(),
                            new RoundRobinProvider(),
                            new StickyProvider()));
    private Partitioner murmur2 = known.create("murmur2", Map.of());
    private Partitioner crc32 = known.create("crc32", Map.of());
    private Partitioner roundRobin = known.create("round-robin", Map.of());
    private Partitioner sticky = known.create("sticky", Map.of());
    private TopicView topic = TopicView.led(Samples.TOPIC, PARTITIONS);
    private byte[][] keys =
            IntStream.range(0, KEYS)
                    .mapToObj(i -> String.format(Locale.ROOT, "customer-%011d", i))
                    .map(key -> key.getBytes(StandardCharsets.US_ASCII))
                    .toArray(byte[][]::new);
    private int next;

    private byte[] key() {
        return keys[next++ & (KEYS - 1)];
    }

    private int partition(Partitioner partitioner) {
        return partitioner.partition(topic, ByteBuffer.wrap(key()), RECORD_BYTES);
    }

    @Benchmark
    public int murmur2() {
        return partition(murmur2);
    }

    @Benchmark
    public int murmur2Kafka() {
        return BuiltInPartitioner.partitionForKey(key(), PARTITIONS);
    }

    @Benchmark
    public int crc32() {
        return partition(crc32);
    }

    @Benchmark
    public int roundRobin() {
        return partition(roundRobin);
    }

    @Benchmark
    public int sticky() {
        return partition(sticky);
    }
}
