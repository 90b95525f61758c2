package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.LogStore;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.StorageException.Reach;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/**
 * What a durable store does when records that it had made durable are gone at its next start: it
 * says which, refuses to read over them, serves and takes everything else, and forgets them only
 * when somebody accepts the loss.
 */
public interface MissingRecordsContract extends StorageUnderTest {
    /**
     * Destroys what holds a record, as an accident to the store's files would: between two starts
     * of it, on the disk below {@code dataDirectory}.
     */
    void destroy(Path dataDirectory, LogId id, long offset) throws IOException;

    /** Records that were lost while the store was stopped are missed. */
    @Test
    default void recordsThatAreLostAfterACleanStopAreMissed() throws IOException {
        lose(true, 0);
        lose(true, 40);
        lose(true, 99);
    }

    /** Records that were lost after the process was killed are missed. */
    @Test
    default void recordsThatAreLostAfterAKillAreMissed() throws IOException {
        lose(false, 0);
        lose(false, 40);
    }

    private void lose(boolean cleanly, long offset) throws IOException {
        SimDisk disk = SimDisk.create(offset);
        SimContext context = SimContext.on(disk, offset).withInlineThreads();
        LogId id = LogUnderTest.id("orders", 3, 1);
        LogStore store = LogUnderTest.start(this, context);
        List<SampleBatch> written = write(store.open(id, smallSegments()));
        if (cleanly) {
            store.close();
        } else {
            disk = disk.kill();
        }
        context = context.restartedOn(disk);
        destroy(context.dataDirectory(), id, offset);
        store = LogUnderTest.start(this, context);
        PartitionLog log = store.open(id, smallSegments());
        assertThat(log.missing())
                .as("missing, after offset %s was destroyed", offset)
                .anyMatch(range -> range.from() <= offset && offset < range.to());
        assertThat(log.bounds().endOffset())
                .as("the end of a log that lost records in its middle")
                .isEqualTo(100);
        compare(log, written);
        SampleBatch next = SampleBatch.of(100, 104, 1, 0, 300, 7);
        log.append(SampleBatchSet.of(List.of(next)));
        log.sync();
        written.add(next);
        compare(log, written);

        List<MissingRecords> accepted = log.acceptLoss();
        assertThat(accepted).as("what acceptLoss() says was accepted").isNotEmpty();
        assertThat(log.missing()).as("what missing() tells after the loss was accepted").isEmpty();
        store.close();
        context = context.restarted();
        store = LogUnderTest.start(this, context);
        log = store.open(id, smallSegments());
        assertThat(log.missing()).as("missing, after the loss was accepted").isEmpty();
        assertThat(log.bounds().endOffset())
                .as("the end of a log after the loss was accepted and a batch appended")
                .isEqualTo(105);
        try (LogSlice slice =
                log.read(Math.max(log.bounds().startOffset(), offset), log.end(), 1, true)) {
            assertThat(slice.sizeInBytes())
                    .as("the bytes of a read beyond the accepted loss")
                    .isPositive();
        }
        store.close();
    }

    private List<SampleBatch> write(PartitionLog log) {
        List<SampleBatch> written = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            SampleBatch batch = SampleBatch.of(5L * i, 5L * i + 4, i, 0, 1_500, i);
            log.rollIfNeeded(batch.sizeInBytes(), i, 0);
            log.append(SampleBatchSet.of(List.of(batch)));
            log.sync();
            written.add(batch);
        }
        return written;
    }

    /** Every batch is read as it was written, or refused because it is missing. */
    private static void compare(PartitionLog log, List<SampleBatch> written) {
        List<MissingRecords> missing = log.missing();
        for (SampleBatch batch : written) {
            boolean gone =
                    missing.stream()
                            .anyMatch(range ->
                                    range.from() <= batch.baseOffset()
                                            && batch.baseOffset() < range.to());
            try (LogSlice slice = log.read(batch.baseOffset(), log.end(), 1, true)) {
                assertThat(gone).as("whether %s is missing and was read", batch).isFalse();
                ByteBuffer read = ByteBuffer.allocate(batch.content().remaining());
                slice.copyTo(0, read);
                assertThat(read.flip()).as("%s", batch).isEqualTo(batch.content());
            } catch (StorageException refused) {
                assertThat(gone).as("whether %s is missing: %s", batch, refused).isTrue();
                assertThat(refused.reach())
                        .as("what a read of missing records fails: the call, and not the log")
                        .isEqualTo(Reach.CALL);
            }
        }
    }
}
