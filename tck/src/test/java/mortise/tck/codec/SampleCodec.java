package mortise.tck.codec;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import mortise.record.ByteBufferInputStream;
import mortise.record.Codec;
import mortise.record.CodecLevels;

/** A sound codec without levels, for flaws to be put into. */
class SampleCodec implements Codec {
    @Override
    public byte id() {
        return 1;
    }

    @Override
    public String name() {
        return "gzip";
    }

    @Override
    public CodecLevels levels() {
        return CodecLevels.SINGLE;
    }

    @Override
    public OutputStream compressing(OutputStream sink, int level) throws IOException {
        levels().require(name(), level);
        return new GZIPOutputStream(sink);
    }

    @Override
    public InputStream decompressing(ByteBuffer compressed, long maxBytes) throws IOException {
        return new GZIPInputStream(new ByteBufferInputStream(compressed));
    }
}
