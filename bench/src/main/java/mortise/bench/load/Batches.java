package mortise.bench.load;

import java.nio.ByteBuffer;
import java.util.Random;
import mortise.api.Clock;
import mortise.record.RecordBatchBuilder;

/** Record batches made for measuring. */
final class Batches {
    private static final long SEED = 42;

    private Batches() {}

    /** A batch of equal records without keys, whose values do not compress to nothing. */
    static ByteBuffer plain(int records, int valueBytes) {
        byte[] value = new byte[valueBytes];
        new Random(SEED).nextBytes(value);
        RecordBatchBuilder builder = RecordBatchBuilder.growing(records * (valueBytes + 16) + 128);
        long now = Clock.system().wallMillis();
        for (int i = 0; i < records; i++) {
            builder.append(now, null, ByteBuffer.wrap(value));
        }
        return builder.build().buffer();
    }
}
