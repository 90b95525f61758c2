package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogMoves;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import org.junit.jupiter.api.Test;

/**
 * What a store does that {@linkplain mortise.spi.storage.LogStore#moves moves} logs between its
 * directories: {@link LogMoves}.
 */
public interface MoveContract extends StorageUnderTest {
    /** A configuration with which the store has more than one directory. */
    Map<String, String> severalDirectories();

    private LogUnderTest open() {
        return LogUnderTest.open(
                new StorageUnderTest() {
                    @Override
                    public mortise.spi.storage.StorageProvider provider() {
                        return MoveContract.this.provider();
                    }

                    @Override
                    public Map<String, String> settings() {
                        return severalDirectories();
                    }

                    @Override
                    public mortise.tck.sim.SimContext context() {
                        return MoveContract.this.context();
                    }
                });
    }

    private static LogMoves moves(LogUnderTest under) {
        return under.store().moves().orElseThrow();
    }

    private static LogDirectory other(LogUnderTest under) {
        LogDirectory here = under.log().directory();
        return under.store().directories().stream()
                .filter(directory -> !directory.id().equals(here.id()))
                .findFirst()
                .orElseThrow();
    }

    /** Copies what the future log lacks, as a broker does. */
    private static void copy(PartitionLog from, PartitionLog to, LogState expected) {
        if (to.bounds().endOffset() < from.bounds().startOffset()) {
            to.reset(from.bounds().startOffset());
        }
        for (SampleBatch batch : expected.batches()) {
            if (batch.baseOffset() >= to.bounds().endOffset()) {
                to.rollIfNeeded(batch.sizeInBytes(), batch.maxTimestamp(), batch.maxTimestamp());
                to.append(SampleBatchSet.of(List.of(batch)));
            }
        }
        to.advanceStart(from.bounds().startOffset());
    }

    private PartitionLog begin(LogUnderTest under) {
        return moves(under).begin(under.id(), other(under), smallSegments());
    }

    /** A log that has moved holds what it held, in the other directory, and goes on there. */
    @Test
    default void aLogThatHasMovedIsTheSame() {
        try (LogUnderTest under = open()) {
            under.fill(30);
            LogDirectory target = other(under);
            PartitionLog future = begin(under);
            assertThat(future.directory().id())
                    .as("directory of the future log")
                    .isEqualTo(target.id());
            assertThat(moves(under).futures())
                    .as("future logs")
                    .containsExactly(new LogMoves.FutureLog(under.id(), target));
            copy(under.log(), future, under.expected());
            under.fill(3);
            copy(under.log(), future, under.expected());
            future.putSidecar(
                    SidecarKind.PRODUCER_STATE,
                    under.log().end().offset(),
                    ByteBuffer.wrap(new byte[] {7}));

            moves(under).replace(under.id());

            assertThat(under.log().directory().id()).as("directory").isEqualTo(target.id());
            assertThat(moves(under).futures()).as("future logs").isEmpty();
            under.check();
            assertThat(under.log().durableEnd().offset())
                    .as("durable end")
                    .isEqualTo(under.log().end().offset());
            assertThat(under.log().latestSidecar(SidecarKind.PRODUCER_STATE, Long.MAX_VALUE))
                    .as("sidecar put beside the future log")
                    .isPresent();
            under.fill(20);
            under.log().sync();
            under.check();
            under.restart();
            assertThat(under.log().directory().id()).as("directory").isEqualTo(target.id());
            under.check();
        }
    }

    /** Positions and slices from before bound reads and hold bytes as they did. */
    @Test
    default void readersNeedNotKnow() {
        try (LogUnderTest under = open()) {
            under.fill(25);
            List<LogPosition> bounds = new ArrayList<>();
            for (SampleBatch batch : under.expected().batches()) {
                bounds.add(under.log().position(batch.baseOffset()));
            }
            try (LogSlice held = under.log().read(0, under.log().end(), 3_000, true)) {
                ByteBuffer before = held.copy();
                copy(under.log(), begin(under), under.expected());
                moves(under).replace(under.id());
                under.fill(2);

                assertThat(held.copy()).as("a slice from before").isEqualTo(before);
            }
            for (LogPosition bound : bounds) {
                LogState expected = under.expected();
                long least =
                        LogInspection.batchesOf(under.log(), bound).stream()
                                .mapToInt(ByteBuffer::remaining)
                                .sum();
                assertThat(least)
                        .as("bytes before %s", bound)
                        .isEqualTo(
                                expected.from(0, bound.offset()).stream()
                                        .mapToLong(SampleBatch::sizeInBytes)
                                        .sum());
            }
        }
    }

    /** A future log that lacks something is refused, and the current one goes on. */
    @Test
    default void aCopyThatLacksSomethingIsRefused() {
        try (LogUnderTest under = open()) {
            under.fill(10);
            copy(under.log(), begin(under), under.expected());
            under.fill(1);

            assertThatExceptionOfType(IllegalStateException.class)
                    .as("replacing by a log that ends earlier")
                    .isThrownBy(() -> moves(under).replace(under.id()));

            under.fill(1);
            under.check();
        }
    }

    /** What was copied outlives a stop and is gone on with; what is dropped does not come back. */
    @Test
    default void aFutureLogSurvivesAStopAndIsDroppedForGood() {
        try (LogUnderTest under = open()) {
            under.fill(10);
            copy(under.log(), begin(under), under.expected());
            under.restart();
            assertThat(moves(under).futures()).as("future logs after a stop").hasSize(1);
            PartitionLog again = begin(under);
            assertThat(again.bounds().endOffset())
                    .as("end of the future log")
                    .isEqualTo(under.log().bounds().endOffset());

            moves(under).drop(under.id());

            assertThatExceptionOfType(StorageException.class)
                    .as("a look-up in a future log that was dropped")
                    .isThrownBy(() -> again.position(0));
            assertThat(moves(under).futures()).as("future logs").isEmpty();
            under.restart();
            assertThat(moves(under).futures()).as("future logs").isEmpty();
            assertThat(begin(under).bounds().endOffset()).as("end of a new one").isEqualTo(0);
            under.check();
        }
    }

    /** A deleted log's future log goes with it. */
    @Test
    default void aDeletedLogTakesItsFutureLogAlong() {
        try (LogUnderTest under = open()) {
            under.fill(10);
            copy(under.log(), begin(under), under.expected());
            under.log().close();
            under.store().delete(under.id());
            assertThat(moves(under).futures()).as("future logs").isEmpty();
            under.restart();
            under.expect(LogState.EMPTY);
            under.check();
            assertThat(moves(under).futures()).as("future logs").isEmpty();
        }
    }

    /** A start that has moved, and one that lies in a batch, are where they were. */
    @Test
    default void theStartMovesAlong() {
        try (LogUnderTest under = open()) {
            under.fill(20);
            under.advanceStart(105);
            copy(under.log(), begin(under), under.expected());
            under.advanceStart(127);
            begin(under).advanceStart(127);
            moves(under).replace(under.id());
            under.check();
            under.restart();
            under.check();
        }
    }
}
