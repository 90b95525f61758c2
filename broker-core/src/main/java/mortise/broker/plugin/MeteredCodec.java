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
        ClassLoader before = activity.enter();
        long begun = activity.now();
        Sink watched = new Sink(sink);
        try {
            return new Compressing(watched, codec.compressing(watched, level));
        } catch (IllegalArgumentException noSuchLevel) {
            throw noSuchLevel;
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError failure) {
            throw watched.orElse("compressing", failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public InputStream decompressing(ByteBuffer compressed, long maxBytes) throws IOException {
        return called(
                () -> new Opened(codec.decompressing(compressed, maxBytes)),
                failure -> broken("decompressing", failure));
    }

    /** A call into the codec. */
    private interface Call<T> {
        T make() throws IOException;
    }

    /** What becomes of a failure that the codec's contract does not allow. */
    private interface Verdict {
        IOException of(Throwable failure);
    }

    private <T> T called(Call<T> call, Verdict verdict) throws IOException {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return call.make();
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError failure) {
            throw verdict.of(failure);
        } finally {
            activity.leave(before, begun);
        }
    }

    private IOException broken(String call, Throwable failure) {
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
            return called(
                    () -> stream.read(target, offset, length),
                    failure -> broken("decompressing", failure));
        }

        @Override
        public void close() throws IOException {
            called(
                    () -> {
                        stream.close();
                        return this;
                    },
                    failure -> broken("decompressing", failure));
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
            called(
                    () -> {
                        stream.write(source, offset, length);
                        return this;
                    },
                    failure -> sink.orElse("compressing", failure));
        }

        @Override
        public void close() throws IOException {
            called(
                    () -> {
                        stream.close();
                        return this;
                    },
                    failure -> sink.orElse("compressing", failure));
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
        IOException orElse(String call, Throwable failure) {
            if (failure instanceof RuntimeException thrown && thrown.equals(refusal)) {
                throw thrown;
            }
            return broken(call, failure);
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
