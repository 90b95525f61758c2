package mortise.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import mortise.bench.workload.Workload.Records;
import org.jspecify.annotations.Nullable;

/**
 * Values to send, each of which begins with the moment at which it was to be sent, so that whoever
 * reads it in this process knows how long it took. Confined to its sender.
 */
final class Payloads {
    private static final int VARIANTS = 64;

    private final byte[][] values = new byte[VARIANTS][];
    private final Random random;
    private final int keys;
    private int next;

    Payloads(Records records, long seed) {
        random = new Random(seed);
        keys = records.keys();
        int incompressible = (int) Math.round(records.size() * records.incompressible());
        for (int i = 0; i < VARIANTS; i++) {
            byte[] value = new byte[records.size()];
            Arrays.fill(value, (byte) 'm');
            byte[] noise = new byte[incompressible];
            random.nextBytes(noise);
            System.arraycopy(noise, 0, value, 0, incompressible);
            values[i] = value;
        }
    }

    /** The next value; it may be used until as many others were asked for as there are variants. */
    byte[] value(long dueNanos) {
        byte[] value = values[next];
        next = (next + 1) % VARIANTS;
        ByteBuffer.wrap(value).putLong(0, dueNanos);
        return value;
    }

    /** A key, or null if the records have none. */
    byte @Nullable [] key() {
        return keys == 0
                ? null
                : Integer.toString(random.nextInt(keys)).getBytes(StandardCharsets.US_ASCII);
    }

    /** When a value was to be sent. */
    static long dueNanos(byte[] value) {
        return ByteBuffer.wrap(value).getLong(0);
    }
}
