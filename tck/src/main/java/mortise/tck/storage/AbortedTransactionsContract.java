package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.List;
import mortise.spi.Capability;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.SealedSegment;
import org.junit.jupiter.api.Test;

/**
 * What a store with {@link Capability#TRANSACTIONS} tells of aborted transactions: that they are
 * there as long as their markers are in the log, and no longer.
 */
public interface AbortedTransactionsContract extends StorageUnderTest {
    /** A range is told of every transaction that reaches into it, and of no other. */
    @Test
    default void aRangeHasTheTransactionsThatReachIntoIt() {
        assumeTrue(can(Capability.TRANSACTIONS), "the store does not declare TRANSACTIONS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(3);
            AbortedTransaction first = log.appendAborted(7, 5);
            log.fill(20);
            AbortedTransaction second = log.appendAborted(8, 100);
            log.fill(3);
            AbortedTransaction third = log.appendAborted(7, 120);

            assertThat(aborted(log, 0, Long.MAX_VALUE))
                    .as("aborted transactions")
                    .containsExactly(first, second, third);
            assertThat(aborted(log, 0, 5)).as("before the first begins").isEmpty();
            assertThat(aborted(log, 0, 6)).as("aborted transactions").containsExactly(first);
            assertThat(aborted(log, first.lastOffset(), first.lastOffset() + 1))
                    .as("the marker itself")
                    .containsExactly(first);
            assertThat(aborted(log, first.lastOffset() + 1, 100))
                    .as("between two transactions")
                    .isEmpty();
            assertThat(aborted(log, 110, 115)).as("aborted transactions").containsExactly(second);
        }
    }

    /** What was synced is told of after a restart. */
    @Test
    default void theyOutliveARestart() {
        assumeTrue(can(Capability.TRANSACTIONS), "the store does not declare TRANSACTIONS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(3);
            AbortedTransaction first = log.appendAborted(7, 5);
            log.fill(20);
            AbortedTransaction second = log.appendAborted(8, 100);
            log.log().sync();
            log.reopenLog();
            assertThat(aborted(log, 0, Long.MAX_VALUE))
                    .as("aborted transactions")
                    .containsExactly(first, second);
            if (can(Capability.DURABLE)) {
                log.restart();
                assertThat(aborted(log, 0, Long.MAX_VALUE))
                        .as("aborted transactions")
                        .containsExactly(first, second);
                AbortedTransaction third = log.appendAborted(9, 220);
                assertThat(aborted(log, 0, Long.MAX_VALUE))
                        .as("aborted transactions")
                        .containsExactly(first, second, third);
            }
        }
    }

    /** What is said of markers after a crash takes the place of what is known, and is kept. */
    @Test
    default void whatIsRestoredTakesThePlaceOfWhatIsKnown() {
        assumeTrue(can(Capability.TRANSACTIONS), "the store does not declare TRANSACTIONS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(3);
            AbortedTransaction first = log.appendAborted(7, 5);
            log.fill(20);
            AbortedTransaction second = log.appendAborted(8, 100);
            AbortedTransaction third = log.appendAborted(9, 120);
            AbortedTransaction other =
                    new AbortedTransaction(8, 110, second.lastOffset(), second.lastOffset() + 1);

            log.log().restoreAborted(second.lastOffset(), List.of(other, third));

            assertThat(aborted(log, 0, Long.MAX_VALUE))
                    .as("aborted transactions")
                    .containsExactly(first, other, third);
            log.log().restoreAborted(second.lastOffset(), List.of(third));
            assertThat(aborted(log, 0, Long.MAX_VALUE))
                    .as("aborted transactions")
                    .containsExactly(first, third);
            log.log().sync();
            if (can(Capability.DURABLE)) {
                log.restart();
                assertThat(aborted(log, 0, Long.MAX_VALUE))
                        .as("aborted transactions, after a restart")
                        .containsExactly(first, third);
            }
        }
    }

    /** A transaction whose marker is cut off is not told of any more. */
    @Test
    default void truncationTakesThem() {
        assumeTrue(can(Capability.TRANSACTIONS), "the store does not declare TRANSACTIONS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(3);
            AbortedTransaction first = log.appendAborted(7, 5);
            log.fill(20);
            AbortedTransaction second = log.appendAborted(8, 100);

            log.truncateTo(second.lastOffset());

            assertThat(aborted(log, 0, Long.MAX_VALUE))
                    .as("aborted transactions")
                    .containsExactly(first);
            log.truncateTo(first.lastOffset());
            assertThat(aborted(log, 0, Long.MAX_VALUE)).as("aborted transactions").isEmpty();
            AbortedTransaction again = log.appendAborted(7, 5);
            assertThat(aborted(log, 0, Long.MAX_VALUE))
                    .as("aborted transactions")
                    .containsExactly(again);
            log.reset(1_000);
            assertThat(aborted(log, 0, Long.MAX_VALUE)).as("aborted transactions").isEmpty();
        }
    }

    /** Compaction takes a transaction with its marker, and leaves it with its marker. */
    @Test
    default void compactionTakesThemWithTheirMarkers() {
        assumeTrue(can(Capability.TRANSACTIONS), "the store does not declare TRANSACTIONS");
        assumeTrue(can(Capability.COMPACTION), "the store does not declare COMPACTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            AbortedTransaction first = log.appendAborted(7, 0);
            log.fill(3);
            AbortedTransaction second = log.appendAborted(8, 5);
            log.fill(20);
            List<SealedSegment> sealed = log.log().compaction().orElseThrow().sealed();

            log.log()
                    .compaction()
                    .orElseThrow()
                    .rewrite(
                            sealed,
                            batch ->
                                    batch.getLong(batch.position()) == first.lastOffset()
                                            ? null
                                            : batch);

            assertThat(aborted(log, 0, Long.MAX_VALUE))
                    .as("aborted transactions")
                    .containsExactly(second);
            if (can(Capability.DURABLE)) {
                log.restart();
                assertThat(aborted(log, 0, Long.MAX_VALUE))
                        .as("aborted transactions")
                        .containsExactly(second);
            }
        }
    }

    private static List<AbortedTransaction> aborted(LogUnderTest log, long from, long to) {
        return log.log().abortedTransactions(from, to);
    }
}
