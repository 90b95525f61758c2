package mortise.bench.load;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import mortise.api.Clock;
import mortise.record.RecordBatchBuilder;

/** Record batches made for measuring. */
final class Batches {
    private static final long SEED = 42;

    private Batches() {}

    /** A batch of equal records without keys, whose values do not compress to nothing. */
    static ByteBuffer plain(int records, int valueBytes) {
        byte[] value = value(valueBytes);
        RecordBatchBuilder builder = RecordBatchBuilder.growing(records * (valueBytes + 16) + 128);
        long now = Clock.system().wallMillis();
        for (int i = 0; i < records; i++) {
            builder.append(now, null, ByteBuffer.wrap(value));
        }
        return builder.build().buffer();
    }

    /** A batch of a record for each key, in their order; keys of one length make one size. */
    static ByteBuffer keyed(List<byte[]> keys, int valueBytes) {
        byte[] value = value(valueBytes);
        int each = valueBytes + keys.getFirst().length + 16;
        RecordBatchBuilder builder = RecordBatchBuilder.growing(keys.size() * each + 128);
        long now = Clock.system().wallMillis();
        for (byte[] key : keys) {
            builder.append(now, ByteBuffer.wrap(key), ByteBuffer.wrap(value));
        }
        return builder.build().buffer();
    }

    private static byte[] value(int bytes) {
        byte[] value = new byte[bytes];
        new Random(SEED).nextBytes(value);
        return value;
    }
}
