package mortise.record;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Random records that visit the corners: nulls, empties, headers, extreme timestamps, long values.
 */
public final class SampleRecords {
    private static final long NOW = 1_790_000_000_000L;

    private SampleRecords() {}

    /** At least one record, at offsets without gaps from {@code baseOffset} on. */
    public static List<Record> some(Random random, long baseOffset) {
        int count = 1 + random.nextInt(random.nextInt(5) == 0 ? 300 : 8);
        List<Record> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(one(random, baseOffset + i));
        }
        return records;
    }

    private static Record one(Random random, long offset) {
        return new Record(
                offset,
                timestamp(random),
                bytes(random, 40),
                bytes(random, random.nextInt(50) == 0 ? 200_000 : 300),
                headers(random));
    }

    private static long timestamp(Random random) {
        return switch (random.nextInt(12)) {
            case 0 -> 0L;
            case 1 -> Long.MAX_VALUE / 4;
            default -> NOW + random.nextInt(1_000_000) - 500_000;
        };
    }

    private static @Nullable ByteBuffer bytes(Random random, int most) {
        return switch (random.nextInt(6)) {
            case 0 -> null;
            case 1 -> ByteBuffer.allocate(0);
            case 2 -> ByteBuffer.wrap(noise(random, random.nextInt(most))).asReadOnlyBuffer();
            case 3 -> direct(noise(random, random.nextInt(most)));
            default -> text(random, random.nextInt(most));
        };
    }

    private static byte[] noise(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static ByteBuffer direct(byte[] bytes) {
        return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
    }

    private static ByteBuffer text(Random random, int length) {
        byte[] bytes = new byte[length + 2];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) ('a' + random.nextInt(3));
        }
        return ByteBuffer.wrap(bytes, 1, length);
    }

    private static List<RecordHeader> headers(Random random) {
        int count = random.nextInt(3) == 0 ? random.nextInt(5) : 0;
        return IntStream.range(0, count)
                .mapToObj(i -> new RecordHeader(name(random), bytes(random, 30)))
                .toList();
    }

    private static String name(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> "";
            case 1 -> "überschrift-\u6f22\ud83d\ude00";
            default -> "trace-" + random.nextInt(3);
        };
    }

    /** A buffer of this text. */
    public static ByteBuffer utf8(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
