package mortise.record;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.zip.Deflater;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** The gzip codec (RFC 1952) of the JDK: always there. */
final class GzipCodec implements Codec {
    private static final CodecLevels LEVELS =
            new CodecLevels(
                    Deflater.BEST_SPEED, Deflater.DEFAULT_COMPRESSION, Deflater.BEST_COMPRESSION);
    private static final int BUFFER_BYTES = 8 * 1024;

    @Override
    public byte id() {
        return CompressionType.GZIP.id();
    }

    @Override
    public String name() {
        return CompressionType.GZIP.label();
    }

    @Override
    public CodecLevels levels() {
        return LEVELS;
    }

    @Override
    public OutputStream compressing(OutputStream sink, int level) throws IOException {
        return new LeveledGzip(sink, LEVELS.require(name(), level));
    }

    @Override
    public InputStream decompressing(ByteBuffer compressed, long maxBytes) throws IOException {
        return new GZIPInputStream(new ByteBufferInputStream(compressed), BUFFER_BYTES);
    }

    /** A gzip stream with a level, which the JDK's class only offers to subclasses. */
    private static final class LeveledGzip extends GZIPOutputStream {
        LeveledGzip(OutputStream sink, int level) throws IOException {
            super(sink, BUFFER_BYTES);
            def.setLevel(level);
        }
    }
}
