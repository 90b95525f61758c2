package mortise.codec.lz4;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import mortise.record.ByteBufferInputStream;
import mortise.record.Codec;
import mortise.record.CodecLevels;
import mortise.record.CompressionType;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import net.jpountz.xxhash.XXHashFactory;

/**
 * LZ4 frames of independent 64 KiB blocks without checksums, as Apache Kafka's clients write them;
 * the batch has a checksum of its own. Reads frames of any block size and with checksums, but of
 * independent blocks only, like every Kafka client.
 */
public final class Lz4Codec implements Codec {
    private static final CodecLevels LEVELS = new CodecLevels(1, 9, 17);
    private static final long SIZE_UNKNOWN = -1;

    @Override
    public byte id() {
        return CompressionType.LZ4.id();
    }

    @Override
    public String name() {
        return CompressionType.LZ4.label();
    }

    @Override
    public CodecLevels levels() {
        return LEVELS;
    }

    @Override
    public OutputStream compressing(OutputStream sink, int level) throws IOException {
        LEVELS.require(name(), level);
        return new LZ4FrameOutputStream(
                sink,
                BLOCKSIZE.SIZE_64KB,
                SIZE_UNKNOWN,
                compressor(level),
                XXHashFactory.fastestInstance().hash32(),
                FLG.Bits.BLOCK_INDEPENDENCE);
    }

    /** The standard level means the fast compressor, as it does in Apache Kafka. */
    private static LZ4Compressor compressor(int level) {
        LZ4Factory factory = LZ4Factory.fastestInstance();
        return level == LEVELS.standard()
                ? factory.fastCompressor()
                : factory.highCompressor(level);
    }

    @Override
    public InputStream decompressing(ByteBuffer compressed, long maxBytes) throws IOException {
        return new LZ4FrameInputStream(new ByteBufferInputStream(compressed));
    }
}
