package mortise.broker.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import mortise.api.Clock;
import mortise.record.Codec;
import mortise.record.CodecLevels;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The codec of a plugin, counted and named: making a stream is a call, and so is each read, write
 * and close of it. What a codec throws that its contract does not allow fails the batch that it
 * worked on, as an {@link IOException} with the plugin's name, and the log says so once a minute.
 */
public final class MeteredCodec implements Codec {
    private static final Logger LOG = LoggerFactory.getLogger(MeteredCodec.class);

    private final FoundPlugin<Codec> plugin;
    private final Codec codec;
    private final byte id;
    private final CodecLevels levels;
    private final PluginActivity activity;
    private final OncePerMinute complaints;

    /** A plugin's codec. */
    public MeteredCodec(FoundPlugin<Codec> plugin, Clock clock) {
        this.plugin = plugin;
        this.codec = plugin.provider();
        this.id = codec.id();
        this.levels = codec.levels();
        this.activity =
                new PluginActivity(plugin.title(), plugin.origin().loader().orElse(null), clock);
        this.complaints = new OncePerMinute(activity.now());
    }

    @Override
    public byte id() {
        return id;
    }

    @Override
    public String name() {
        return plugin.name();
    }

    @Override
    public CodecLevels levels() {
        return levels;
    }

    /** What it has been asked so far. */
    public Usage usage() {
        return Usage.of(activity);
    }

    @Override
    public OutputStream compressing(OutputStream sink, int level) throws IOException {
        Sink watched = new Sink(sink);
        return activity.call(
                "compressing",
                () -> new Compressing(watched, codec.compressing(watched, level)),
                (call, failure) -> {
                    if (failure instanceof IllegalArgumentException noSuchLevel) {
                        throw noSuchLevel;
                    }
                    return watched.failed(call, failure);
                });
    }

    @Override
    public InputStream decompressing(ByteBuffer compressed, long maxBytes) throws IOException {
        return activity.call(
                "decompressing",
                () -> new Opened(codec.decompressing(compressed, maxBytes)),
                this::failed);
    }

    private IOException failed(String call, Throwable failure) {
        String what = activity.failed(call, failure);
        if (complaints.due(activity.now())) {
            LOG.error("{}; the batch counts as one that cannot be opened", what, failure);
        }
        return new IOException(what, failure);
    }

    /** What compressed bytes open to. */
    private final class Opened extends InputStream {
        private final InputStream stream;

        Opened(InputStream stream) {
            this.stream = stream;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 1 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return activity.call(
                    "decompressing",
                    () -> stream.read(target, offset, length),
                    MeteredCodec.this::failed);
        }

        @Override
        public void close() throws IOException {
            activity.run("decompressing", stream::close, MeteredCodec.this::failed);
        }
    }

    /** Where bytes are compressed. */
    private final class Compressing extends OutputStream {
        private final Sink sink;
        private final OutputStream stream;

        Compressing(Sink sink, OutputStream stream) {
            this.sink = sink;
            this.stream = stream;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            activity.run("compressing", () -> stream.write(source, offset, length), sink::failed);
        }

        @Override
        public void close() throws IOException {
            activity.run("compressing", stream::close, sink::failed);
        }
    }

    /**
     * Where compressed bytes go; what it throws is the caller's affair and no fault of the codec.
     */
    private final class Sink extends OutputStream {
        private final OutputStream target;
        private @Nullable RuntimeException refusal;

        Sink(OutputStream target) {
            this.target = target;
        }

        /** Passes on what the target itself threw; anything else is the codec's. */
        IOException failed(String call, Throwable failure) {
            if (failure instanceof RuntimeException thrown && thrown.equals(refusal)) {
                throw thrown;
            }
            return MeteredCodec.this.failed(call, failure);
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            try {
                target.write(source, offset, length);
            } catch (RuntimeException refused) {
                refusal = refused;
                throw refused;
            }
        }

        @Override
        public void flush() throws IOException {
            target.flush();
        }

        @Override
        public void close() throws IOException {
            target.close();
        }
    }
}
