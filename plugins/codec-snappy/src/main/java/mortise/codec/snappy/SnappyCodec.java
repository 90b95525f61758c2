package mortise.codec.snappy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import mortise.record.Codec;
import mortise.record.CodecLevels;
import mortise.record.CompressionType;
import org.xerial.snappy.SnappyOutputStream;

/** Snappy in xerial's framing; plain blocks are read as well. */
public final class SnappyCodec implements Codec {
    @Override
    public byte id() {
        return CompressionType.SNAPPY.id();
    }

    @Override
    public String name() {
        return CompressionType.SNAPPY.label();
    }

    @Override
    public CodecLevels levels() {
        return CodecLevels.SINGLE;
    }

    @Override
    public OutputStream compressing(OutputStream sink, int level) {
        CodecLevels.SINGLE.require(name(), level);
        return new SnappyOutputStream(sink);
    }

    @Override
    public InputStream decompressing(ByteBuffer compressed, long maxBytes) throws IOException {
        return new SnappyBlocks(compressed, maxBytes);
    }
}
