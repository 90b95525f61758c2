package mortise.bench.micro;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import mortise.record.RecordBatch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * A batch of 60 records of 1 KiB is appended to a log of the local storage, into the page cache.
 * Segments are begun and the oldest removed as it goes on, which is part of the time.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class LogAppendBenchmark {
    private static final int SEGMENT_BYTES = 128 << 20;
    private static final long RETAINED_BYTES = 2L * SEGMENT_BYTES;

    private RecordBatch batch = Samples.batch(60, Samples.VALUE_BYTES, Samples.TIMESTAMP);
    private TemporaryLog log;

    @Setup
    public void open() throws IOException {
        log = new TemporaryLog(SEGMENT_BYTES);
    }

    @TearDown
    public void close() throws IOException {
        log.close();
    }

    @Benchmark
    public void append() {
        if (log.append(batch)) {
            log.retain(RETAINED_BYTES);
        }
    }
}
