package mortise.codec.zstd;

import com.github.luben.zstd.RecyclingBufferPool;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import mortise.record.ByteBufferInputStream;
import mortise.record.Codec;
import mortise.record.CodecLevels;
import mortise.record.CompressionType;

/**
 * Zstandard frames, streamed. The native library is loaded when the first batch is opened.
 *
 * <p>A frame may ask for a window of up to 128 MiB of native memory, as Apache Kafka allows: its
 * producers at level 22 do ask for that much. Larger windows are refused.
 */
public final class ZstdCodec implements Codec {
    private static final CodecLevels LEVELS = new CodecLevels(-131_072, 3, 22);
    private static final int MAX_WINDOW_LOG = 27;

    @Override
    public byte id() {
        return CompressionType.ZSTD.id();
    }

    @Override
    public String name() {
        return CompressionType.ZSTD.label();
    }

    @Override
    public CodecLevels levels() {
        return LEVELS;
    }

    @Override
    public OutputStream compressing(OutputStream sink, int level) throws IOException {
        LEVELS.require(name(), level);
        return new ZstdOutputStreamNoFinalizer(sink, RecyclingBufferPool.INSTANCE, level);
    }

    @Override
    public InputStream decompressing(ByteBuffer compressed, long maxBytes) throws IOException {
        InputStream source = new ByteBufferInputStream(compressed);
        return new ZstdInputStreamNoFinalizer(source, RecyclingBufferPool.INSTANCE)
                .setLongMax(MAX_WINDOW_LOG);
    }
}
