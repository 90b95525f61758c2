package mortise.bench.micro;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import mortise.broker.compaction.KeyHash;
import mortise.broker.compaction.KeyOffsets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The table of keys that compaction fills and asks, with a million keys of 20 bytes in it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class CompactionMapBenchmark {
    private static final int KEYS = 1 << 20;
    private static final int KEY_BYTES = 20;

    private ByteBuffer[] keys;
    private KeyOffsets table;
    private int next;
    private long offset;

    @Setup
    public void fill() {
        SplittableRandom random = new SplittableRandom(1);
        ByteBuffer all = ByteBuffer.allocate(KEYS * KEY_BYTES);
        random.nextBytes(all.array());
        keys = new ByteBuffer[KEYS];
        for (int i = 0; i < KEYS; i++) {
            keys[i] = all.slice(i * KEY_BYTES, KEY_BYTES);
        }
        table = new KeyOffsets(KeyOffsets.bytesFor(KEYS), new KeyHash(random));
        for (ByteBuffer key : keys) {
            table.put(key, offset++);
        }
    }

    private ByteBuffer nextKey() {
        next = (next + 1) & (KEYS - 1);
        return keys[next];
    }

    @Benchmark
    public boolean put() {
        return table.put(nextKey(), offset++);
    }

    @Benchmark
    public long offset() {
        return table.offset(nextKey());
    }

    @TearDown
    public void close() {
        table.close();
    }
}
