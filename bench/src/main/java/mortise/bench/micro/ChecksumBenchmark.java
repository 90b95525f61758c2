package mortise.bench.micro;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.apache.kafka.common.utils.internals.Crc32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The CRC-32C of 64 KiB. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ChecksumBenchmark {
    private static final int BYTES = 64 << 10;

    private CRC32C checksum = new CRC32C();
    private ByteBuffer bytes = random();

    private static ByteBuffer random() {
        byte[] random = new byte[BYTES];
        new Random(42).nextBytes(random);
        return ByteBuffer.wrap(random);
    }

    @Benchmark
    public long crc32c() {
        checksum.reset();
        checksum.update(bytes.duplicate());
        return checksum.getValue();
    }

    @Benchmark
    public long crc32cKafka() {
        return Crc32C.compute(bytes, 0, BYTES);
    }
}
