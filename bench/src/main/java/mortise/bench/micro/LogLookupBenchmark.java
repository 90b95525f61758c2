package mortise.bench.micro;

import java.io.IOException;
import java.util.SplittableRandom;
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

/** Offsets and timestamps are looked up anywhere in a log of several segments. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LogLookupBenchmark {
    private static final int SEGMENT_BYTES = 4 << 20;
    private static final long LOG_BYTES = 8L * SEGMENT_BYTES;
    private static final int RECORDS = 10;
    private static final int VALUE_BYTES = 100;

    private SplittableRandom random = new SplittableRandom(42);
    private TemporaryLog log;
    private long end;

    @Setup
    public void fill() throws IOException {
        log = new TemporaryLog(SEGMENT_BYTES);
        while (log.log().sizeInBytes() < LOG_BYTES) {
            // the first timestamp after the start is that of the offset
            long offset = log.log().end().offset();
            RecordBatch batch = Samples.batch(RECORDS, VALUE_BYTES, Samples.TIMESTAMP + offset);
            log.append(batch);
        }
        end = log.log().end().offset();
    }

    @TearDown
    public void close() throws IOException {
        log.close();
    }

    @Benchmark
    public Object offset() {
        return log.log().position(random.nextLong(end));
    }

    @Benchmark
    public Object timestamp() {
        return log.log().offsetAtOrAfter(Samples.TIMESTAMP + random.nextLong(end));
    }
}
