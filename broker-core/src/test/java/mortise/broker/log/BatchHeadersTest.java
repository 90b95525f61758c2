package mortise.broker.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogSlice;
import org.junit.jupiter.api.Test;

class BatchHeadersTest {
    /** A slice of bytes that counts how many are copied, and gives few at a time. */
    private static final class CountedSlice implements LogSlice {
        private final ByteBuffer bytes;
        private final int most;
        private int copied;

        CountedSlice(ByteBuffer bytes, int most) {
            this.bytes = bytes;
            this.most = most;
        }

        @Override
        public int sizeInBytes() {
            return bytes.remaining();
        }

        @Override
        public Optional<FileRange> fileRange() {
            return Optional.empty();
        }

        @Override
        public int copyTo(int position, ByteBuffer target) {
            int length = Math.min(Math.min(most, target.remaining()), sizeInBytes() - position);
            target.put(bytes.slice(position, length));
            copied += length;
            return length;
        }

        @Override
        public void close() {}
    }

    private static ByteBuffer batches(int count, int valueBytes) {
        ByteBuffer all = ByteBuffer.allocate(count * (valueBytes + 200));
        for (int i = 0; i < count; i++) {
            all.put(
                    RecordBatchBuilder.growing(256)
                            .baseOffset(i)
                            .leaderEpoch(i)
                            .append(1, ByteBuffer.allocate(1), ByteBuffer.allocate(valueBytes))
                            .build()
                            .buffer()
                            .duplicate());
        }
        return all.flip();
    }

    private static List<Long> offsets(LogSlice slice) {
        BatchHeaders headers = new BatchHeaders(slice);
        List<Long> offsets = new ArrayList<>();
        RecordBatch header = headers.next();
        while (header != null) {
            assertThat((long) header.leaderEpoch()).isEqualTo(header.baseOffset());
            offsets.add(header.baseOffset());
            header = headers.next();
        }
        return offsets;
    }

    @Test
    void ofLargeBatchesLittleIsCopied() {
        CountedSlice slice = new CountedSlice(batches(3, 100_000), Integer.MAX_VALUE);
        assertThat(offsets(slice)).containsExactly(0L, 1L, 2L);
        assertThat(slice.copied).isLessThan(15_000);
    }

    @Test
    void smallOnesAreCopiedAboutOnce() {
        CountedSlice slice = new CountedSlice(batches(200, 10), Integer.MAX_VALUE);
        assertThat(offsets(slice)).hasSize(200);
        assertThat(slice.copied).isLessThan(2 * slice.sizeInBytes());
    }

    @Test
    void aStoreMayGiveFewBytesAtATime() {
        assertThat(offsets(new CountedSlice(batches(20, 300), 7))).hasSize(20);
    }

    @Test
    void aBatchThatIsCutOffIsNone() {
        ByteBuffer whole = batches(3, 1_000);
        assertThat(offsets(new CountedSlice(whole.slice(0, whole.limit() - 1), 5_000)))
                .containsExactly(0L, 1L);
        assertThat(offsets(new CountedSlice(whole.slice(0, 60), 5_000))).isEmpty();
    }

    @Test
    void aLengthThatIsNoneEndsIt() {
        ByteBuffer whole = batches(3, 1_000);
        whole.putInt((int) RecordBatch.sizeAt(whole, 0) + 8, -5);
        assertThat(offsets(new CountedSlice(whole, 5_000))).containsExactly(0L);
    }
}
