package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.PartitionLog;
import org.junit.jupiter.api.Test;

/** One writer, a flusher, one who moves the start, and readers at the same time. */
public interface ConcurrencyContract extends StorageUnderTest {
    /** How many batches the writer appends while others read. */
    default int concurrentAppends() {
        return 3_000;
    }

    /** Readers see whole, right batches and a growing end, while a writer appends and rolls. */
    @Test
    default void readersSeeWhatTheWriterAppended() throws Exception {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            AtomicBoolean writing = new AtomicBoolean(true);
            CountDownLatch started = new CountDownLatch(5);
            List<FutureTask<Long>> others = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                boolean recent = i == 0;
                others.add(
                        new FutureTask<>(() -> {
                            started.countDown();
                            return readWhile(log.log(), writing, recent);
                        }));
            }
            others.add(
                    new FutureTask<>(() -> {
                        started.countDown();
                        return syncWhile(log.log(), writing);
                    }));
            others.add(
                    new FutureTask<>(() -> {
                        started.countDown();
                        return moveStartWhile(log.log(), writing);
                    }));
            others.forEach(task -> Thread.ofPlatform().daemon().start(task));
            started.await();
            try {
                write(log);
            } finally {
                writing.set(false);
            }
            for (FutureTask<Long> other : others) {
                assertThat(outcome(other)).as("how much was done beside the writer").isPositive();
            }
            log.reset(log.log().bounds().endOffset());
            log.fill(3);
            log.check();
        }
    }

    private void write(LogUnderTest log) {
        for (int i = 0; i < concurrentAppends(); i++) {
            SampleBatch batch = concurrentBatch(log.log().bounds().endOffset());
            log.log().rollIfNeeded(batch.sizeInBytes(), batch.maxTimestamp(), log.now());
            log.log().append(SampleBatchSet.of(List.of(batch)));
        }
    }

    /** The batch that lies at an offset: every reader can tell whether it is right. */
    private static SampleBatch concurrentBatch(long offset) {
        int bytes = (int) (offset % 7) * 60;
        return SampleBatch.of(offset, offset + 2, offset, 0, bytes, 4);
    }

    private static long moveStartWhile(PartitionLog log, AtomicBoolean writing) {
        long moves = 1;
        while (writing.get()) {
            long offset = log.end().offset() / 2;
            log.advanceStart(offset);
            assertThat(log.bounds().startOffset())
                    .as("the start of the log, moved beside appends")
                    .isEqualTo(offset);
            moves++;
        }
        return moves;
    }

    private static long syncWhile(PartitionLog log, AtomicBoolean writing) {
        long syncs = 0;
        long durable = 0;
        while (writing.get()) {
            long least = log.end().offset();
            long synced = log.sync().offset();
            assertThat(synced)
                    .as(
                            "the end that sync() returns beside appends, after an append up to %d had returned",
                            least)
                    .isGreaterThanOrEqualTo(least);
            assertThat(synced)
                    .as(
                            "the end that sync() returns beside appends, after it had returned %d",
                            durable)
                    .isGreaterThanOrEqualTo(durable);
            durable = synced;
            syncs++;
        }
        return syncs + 1;
    }

    private static long readWhile(PartitionLog log, AtomicBoolean writing, boolean recent) {
        long reads = 1;
        long lastEnd = 0;
        while (writing.get()) {
            LogPosition end = log.end();
            assertThat(end.offset())
                    .as("the end of the log that a reader sees, after it had seen %d", lastEnd)
                    .isGreaterThanOrEqualTo(lastEnd);
            lastEnd = end.offset();
            // in turn where the start may move away, and at some distance from the end
            long start = log.bounds().startOffset();
            long offset =
                    reads % 2 == 0 ? start : Math.max(start, end.offset() - 30 * (reads % 20));
            if (offset >= end.offset()) {
                reads++;
                continue;
            }
            try (LogSlice slice =
                    recent
                            ? log.readRecent(offset, end, 2_000, true)
                                    .orElseGet(() -> log.read(offset, end, 2_000, true))
                            : log.read(offset, end, 2_000, true)) {
                checkConcurrentRead(slice, offset);
            } catch (OffsetOutOfRangeException movedOn) {
                assertThat(log.bounds().startOffset())
                        .as("the start of a log that refuses to read offset %d", offset)
                        .isGreaterThan(offset);
            }
            reads++;
        }
        return reads;
    }

    private static void checkConcurrentRead(LogSlice slice, long offset) {
        ByteBuffer bytes = LogInspection.bytesOf(slice);
        assertThat(bytes.remaining()).as("bytes at offset %s", offset).isPositive();
        long at = bytes.getLong(bytes.position());
        assertThat(at)
                .as("the base offset of the batch that a read at %d begins with", offset)
                .isBetween(offset - 2, offset);
        while (bytes.hasRemaining()) {
            SampleBatch expected = concurrentBatch(at);
            int size = Math.min(expected.sizeInBytes(), bytes.remaining());
            assertThat(bytes.slice(bytes.position(), size))
                    .as("batch at offset %s", at)
                    .isEqualTo(expected.content().slice(0, size));
            bytes.position(bytes.position() + size);
            at += 3;
        }
    }

    private static long outcome(FutureTask<Long> task) throws Exception {
        try {
            return task.get();
        } catch (ExecutionException e) {
            throw new AssertionError("a concurrent reader or flusher failed", e.getCause());
        }
    }
}
