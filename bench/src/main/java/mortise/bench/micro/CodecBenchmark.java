package mortise.bench.micro;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import mortise.codec.lz4.Lz4Codec;
import mortise.codec.snappy.SnappyCodec;
import mortise.codec.zstd.ZstdCodec;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.utils.internals.BufferSupplier;
import org.apache.kafka.common.utils.internals.ByteBufferOutputStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** 64 KiB, half of which is random, are compressed and decompressed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CodecBenchmark {
    private static final int BYTES = 64 << 10;

    @Param({"gzip", "snappy", "lz4", "zstd"})
    public String codec;

    private byte[] plain = Samples.halfCompressible(BYTES);
    private byte[] opened = new byte[BYTES];
    private ByteBuffer room = ByteBuffer.allocate(2 * BYTES);
    private BufferSupplier buffers = BufferSupplier.create();
    private Codec ours;
    private Compression theirs;
    private ByteBuffer compressed;

    @Setup
    public void compressOnce() throws IOException {
        Codecs known = Codecs.of(new SnappyCodec(), new Lz4Codec(), new ZstdCodec());
        ours = Objects.requireNonNull(known.find(codec));
        theirs = Compression.of(codec).build();
        int size = compress();
        compressed = ByteBuffer.allocate(size).put(room.duplicate().flip()).flip();
    }

    @Benchmark
    public int compress() throws IOException {
        ByteBufferOutputStream sink = new ByteBufferOutputStream(room.clear());
        try (OutputStream out = ours.compressing(sink)) {
            out.write(plain);
        }
        return sink.position();
    }

    @Benchmark
    public int compressKafka() throws IOException {
        ByteBufferOutputStream sink = new ByteBufferOutputStream(room.clear());
        try (OutputStream out = theirs.wrapForOutput(sink, RecordBatch.MAGIC)) {
            out.write(plain);
        }
        return sink.position();
    }

    @Benchmark
    public int decompress() throws IOException {
        try (InputStream in = ours.decompressing(compressed.duplicate(), BYTES)) {
            return in.readNBytes(opened, 0, BYTES);
        }
    }

    @Benchmark
    public int decompressKafka() throws IOException {
        try (InputStream in =
                theirs.wrapForInput(compressed.duplicate(), RecordBatch.MAGIC, buffers)) {
            return in.readNBytes(opened, 0, BYTES);
        }
    }
}
