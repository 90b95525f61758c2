package mortise.tck.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import mortise.record.Codec;

/** Bytes to be compressed, and what they are. */
final class CodecSample {
    private static final String WORDS = "the quick brown fox jumps over the lazy dog ";

    private final String what;
    private final byte[] bytes;

    private CodecSample(String what, byte[] bytes) {
        this.what = what;
        this.bytes = bytes;
    }

    byte[] bytes() {
        return bytes;
    }

    /** One of each sort: nothing, a byte, text, zeros, noise, and a mixture. */
    static List<CodecSample> some(RandomGenerator random) {
        List<CodecSample> samples = new ArrayList<>();
        samples.add(new CodecSample("nothing", new byte[0]));
        samples.add(new CodecSample("one byte", new byte[] {(byte) random.nextInt()}));
        samples.add(text(1 + random.nextInt(200_000)));
        samples.add(new CodecSample("300000 zeros", new byte[300_000]));
        samples.add(noise(random, 1 + random.nextInt(100_000)));
        byte[] mixture = Arrays.copyOf(text(70_000).bytes(), 140_000);
        System.arraycopy(noise(random, 70_000).bytes(), 0, mixture, 70_000, 70_000);
        samples.add(new CodecSample("text and then noise", mixture));
        return samples;
    }

    static CodecSample text(int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) WORDS.charAt(i % WORDS.length());
        }
        return new CodecSample(length + " bytes of text", bytes);
    }

    private static CodecSample noise(RandomGenerator random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return new CodecSample(length + " bytes of noise", bytes);
    }

    /** What the codec makes of it, written in pieces of this size. */
    byte[] compressed(Codec codec, int level, int piece) throws IOException {
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        try (OutputStream stream = codec.compressing(sink, level)) {
            for (int at = 0; at < bytes.length; at += piece) {
                stream.write(bytes, at, Math.min(piece, bytes.length - at));
            }
        }
        return sink.toByteArray();
    }

    byte[] compressed(Codec codec) throws IOException {
        return compressed(codec, codec.levels().standard(), 8_192);
    }

    /** What compressed bytes open to, up to a limit, read in pieces of this size. */
    static byte[] opened(Codec codec, ByteBuffer compressed, int limit, int piece)
            throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        byte[] window = new byte[piece];
        try (InputStream stream = codec.decompressing(compressed, limit)) {
            while (all.size() < limit) {
                int count = stream.read(window, 0, Math.min(piece, limit - all.size()));
                if (count <= 0) {
                    break;
                }
                all.write(window, 0, count);
            }
        }
        return all.toByteArray();
    }

    @Override
    public String toString() {
        return what;
    }
}
