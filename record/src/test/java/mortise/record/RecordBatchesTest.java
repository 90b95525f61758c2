package mortise.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import org.junit.jupiter.api.Test;

/** A walk over batches ends before the first thing that is none, and says what it is. */
final class RecordBatchesTest {
    private static ByteBuffer threeBatches() {
        ByteBuffer bytes = ByteBuffer.allocate(400);
        for (int i = 0; i < 3; i++) {
            RecordBatchBuilder.into(bytes)
                    .baseOffset(i)
                    .append(i, null, ByteBuffer.allocate(10 * i))
                    .build();
        }
        return bytes.flip();
    }

    @Test
    void batchesAreSlicesThatCanBeStamped() {
        ByteBuffer bytes = threeBatches();
        long next = 1000;
        for (RecordBatch batch : RecordBatches.of(bytes)) {
            batch.stampOffset(next, 4);
            next = batch.nextOffset();
        }
        assertThat(RecordBatches.of(bytes))
                .extracting(RecordBatch::baseOffset)
                .containsExactly(1000L, 1001L, 1002L);
        assertThat(bytes.position()).isZero();
    }

    @Test
    void aTailCutAnywhereIsReportedAndNothingElseIsLost() {
        ByteBuffer bytes = threeBatches();
        List<Integer> ends = new ArrayList<>(List.of(0));
        RecordBatches.of(bytes).forEach(batch -> ends.add(ends.getLast() + batch.sizeInBytes()));
        for (int cut = 0; cut <= bytes.limit(); cut++) {
            int end = cut;
            int whole = ends.stream().filter(e -> e <= end).mapToInt(e -> e).max().orElseThrow();
            RecordBatches batches = RecordBatches.of(bytes.slice(0, cut));
            assertThat(batches.wholeBytes()).isEqualTo(whole);
            BatchTail tail = batches.tail();
            if (whole == cut) {
                assertThat(tail).isNull();
            } else {
                assertThat(tail).isNotNull();
                assertThat(tail.cause()).isEqualTo(BatchTail.Cause.TORN);
                assertThat(tail.position()).isEqualTo(whole);
                assertThat(tail.bytes()).isEqualTo(cut - whole);
            }
        }
    }

    @Test
    void everyKindOfTailIsNamed() {
        int second = RecordBatches.of(threeBatches()).iterator().next().sizeInBytes();
        assertTail(
                second,
                RecordBatch.BATCH_LENGTH,
                1_000_000,
                BatchTail.Cause.TORN,
                "batch at 68 says 1000012 bytes, the data has");
        assertTail(second, RecordBatch.BATCH_LENGTH, 0, BatchTail.Cause.UNWRITTEN, "never written");
        assertTail(
                second,
                RecordBatch.BATCH_LENGTH,
                48,
                BatchTail.Cause.BAD_LENGTH,
                "batch at 68 says 60 bytes, the least is 61");
        assertTail(
                second,
                RecordBatch.BATCH_LENGTH,
                Integer.MIN_VALUE,
                BatchTail.Cause.BAD_LENGTH,
                "says -2147483636 bytes");
        assertTail(
                second,
                RecordBatch.BATCH_LENGTH,
                Integer.MAX_VALUE,
                BatchTail.Cause.TORN,
                "says 2147483659 bytes");
        assertTail(
                second,
                RecordBatch.MAGIC_AT,
                0x01000000,
                BatchTail.Cause.BAD_MAGIC,
                "batch at 68 is not of format 2");
    }

    private static void assertTail(
            int batchAt, int fieldAt, int value, BatchTail.Cause cause, String message) {
        ByteBuffer bytes = threeBatches();
        bytes.putInt(batchAt + fieldAt, value);
        BatchIterator walk = RecordBatches.of(bytes).iterator();
        walk.next();
        assertThat(walk.hasNext()).isFalse();
        assertThatThrownBy(walk::next).isInstanceOf(NoSuchElementException.class);
        BatchTail tail = walk.tail();
        assertThat(tail).isNotNull();
        assertThat(tail.cause()).isEqualTo(cause);
        assertThat(tail.message()).contains(message);
        assertThat(walk.position()).isEqualTo(batchAt);
    }

    @Test
    void fewBytesAreATornHeader() {
        BatchTail tail = RecordBatches.of(ByteBuffer.allocate(11)).tail();
        assertThat(tail).isNotNull();
        assertThat(tail.message()).isEqualTo("11 bytes at 0 are too few for a batch header");
    }

    @Test
    void randomBytesNeverLeadPastTheEnd() {
        Seeds.run(
                50_000,
                random -> {
                    ByteBuffer bytes = threeBatches();
                    int flips = random.nextInt(8);
                    for (int i = 0; i < flips; i++) {
                        bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt());
                    }
                    bytes.limit(random.nextInt(bytes.limit() + 1));
                    RecordBatches batches = RecordBatches.of(bytes);
                    int seen = 0;
                    for (RecordBatch batch : batches) {
                        seen += batch.sizeInBytes();
                    }
                    BatchTail tail = batches.tail();
                    assertThat(seen + (tail == null ? 0 : tail.bytes())).isEqualTo(bytes.limit());
                });
    }
}
