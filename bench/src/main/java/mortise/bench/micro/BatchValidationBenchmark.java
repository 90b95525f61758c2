package mortise.bench.micro;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import mortise.record.BatchCheck;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The batch of a produce request is checked, its checksum included. Mortise's check also looks at
 * what a client may claim, which Kafka does elsewhere.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class BatchValidationBenchmark {
    private static final short PRODUCE_VERSION = 13;
    private static final int MAX_BATCH_BYTES = 1 << 20;

    /** Records of 1 KiB. */
    @Param({"1", "60"})
    public int records;

    private CRC32C checksum = new CRC32C();
    private ByteBuffer batch;

    @Setup
    public void build() {
        batch = Samples.batch(records, Samples.VALUE_BYTES, Samples.TIMESTAMP).buffer();
        if (validate() != null) {
            throw new IllegalStateException("the batch does not pass: " + validate());
        }
    }

    @Benchmark
    public @Nullable Object validate() {
        return BatchCheck.produced(batch, PRODUCE_VERSION, MAX_BATCH_BYTES, checksum);
    }

    @Benchmark
    public void validateKafka(Blackhole sink) {
        for (MutableRecordBatch each : MemoryRecords.readableRecords(batch).batches()) {
            each.ensureValid();
            sink.consume(each);
        }
    }
}
