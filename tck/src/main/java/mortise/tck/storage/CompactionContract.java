package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongPredicate;
import mortise.spi.Capability;
import mortise.spi.storage.BatchRewriter;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.SealedSegment;
import mortise.spi.storage.SidecarKind;
import org.junit.jupiter.api.Test;

/** What a store with {@link Capability#COMPACTION} does to sealed segments, and what it leaves. */
public interface CompactionContract extends StorageUnderTest {
    /** What is kept of producers as of an offset. */
    List<SidecarKind> PRODUCERS = List.of(SidecarKind.PRODUCER_STATE, SidecarKind.PRODUCER_BATCHES);

    /** A store that declares compaction has it, and one that has it declares it. */
    @Test
    default void compactionIsThereIfItIsDeclared() {
        try (LogUnderTest log = LogUnderTest.open(this)) {
            assertThat(log.log().compaction().isPresent())
                    .as("whether a log can be compacted")
                    .isEqualTo(can(Capability.COMPACTION));
        }
    }

    /** Sealed segments are listed whole and in order, without the active one. */
    @Test
    default void sealedSegmentsAreListedWithoutTheActiveOne() {
        assumeTrue(can(Capability.COMPACTION), "the store does not declare COMPACTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            assertThat(compaction(log).sealed()).as("sealed segments of an empty log").isEmpty();
            List<Long> rolls = log.fill(40);

            List<SealedSegment> sealed = compaction(log).sealed();

            assertThat(sealed.stream().map(SealedSegment::endOffset))
                    .as("where sealed segments end")
                    .isEqualTo(rolls);
            assertThat(sealed.getFirst().baseOffset()).as("where the first begins").isZero();
            long bytes = sealed.stream().mapToLong(SealedSegment::bytes).sum();
            assertThat(bytes).as("bytes of sealed segments").isLessThan(log.log().sizeInBytes());
            assertThat(sealed)
                    .as("sealed segments")
                    .allSatisfy(segment ->
                            assertThat(segment.largestTimestamp())
                                    .as("the largest timestamp of %s", segment)
                                    .isEqualTo(log.now()));
        }
    }

    /** What the rewriter lets go is gone; everything else is as it was, under its offsets. */
    @Test
    default void whatTheRewriterLetsGoIsGone() {
        assumeTrue(can(Capability.COMPACTION), "the store does not declare COMPACTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);

            compact(log, 0, 3, base -> base % 20 == 0);

            log.check();
            log.fill(20);
            compact(log, 0, 4, base -> base % 40 == 0);
            log.check();
            log.checkAfterRestart();
        }
    }

    /** Several segments become one, whose offsets are those of all. */
    @Test
    default void severalSegmentsBecomeOne() {
        assumeTrue(can(Capability.COMPACTION), "the store does not declare COMPACTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            List<SealedSegment> before = compaction(log).sealed();

            compact(log, 1, 3, base -> base % 30 == 0);

            List<SealedSegment> after = compaction(log).sealed();
            assertThat(after).as("sealed segments").hasSize(before.size() - 1);
            assertThat(after.get(1).baseOffset())
                    .as("where the new segment begins")
                    .isEqualTo(before.get(1).baseOffset());
            assertThat(after.get(1).endOffset())
                    .as("where the new segment ends")
                    .isEqualTo(before.get(2).endOffset());
            log.check();
        }
    }

    /** Producers as of an offset inside the new segment go, once there are durable later ones. */
    @Test
    default void producersInsideANewSegmentGo() {
        assumeTrue(can(Capability.COMPACTION), "the store does not declare COMPACTION");
        assumeTrue(can(Capability.SIDECARS), "the store does not declare SIDECARS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            List<Long> rolls = log.fill(60);
            long begin = rolls.get(0);
            long inside = rolls.get(1);
            long end = rolls.get(2);
            for (long offset : List.of(begin, inside)) {
                log.putSidecar(SidecarKind.PRODUCER_STATE, offset, "s");
                log.putSidecar(SidecarKind.PRODUCER_BATCHES, offset, "b");
            }
            log.log().sync();
            compact(log, 1, 3, base -> base % 20 == 0);
            for (SidecarKind kind : PRODUCERS) {
                assertThat(log.sidecar(kind, Long.MAX_VALUE))
                        .as("the latest %s, which lies inside the new segment", kind)
                        .startsWith(inside + ":");
            }

            log.putSidecar(SidecarKind.PRODUCER_STATE, end, "s");
            log.putSidecar(SidecarKind.PRODUCER_BATCHES, end, "b");
            log.log().sync();
            compact(log, 1, 2, base -> base % 40 == 0);

            for (int round = 0; round < 2; round++) {
                for (SidecarKind kind : PRODUCERS) {
                    assertThat(log.sidecar(kind, end - 1))
                            .as("the latest %s below the end of the new segment", kind)
                            .startsWith(begin + ":");
                    assertThat(log.sidecar(kind, Long.MAX_VALUE))
                            .as("the latest %s", kind)
                            .startsWith(end + ":");
                }
                log.reopenLog();
            }
            log.check();
        }
    }

    /** A rewriter's batch takes the place of the one that it came from. */
    @Test
    default void aBatchMayBeReplaced() {
        assumeTrue(can(Capability.COMPACTION), "the store does not declare COMPACTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(30);
            List<SealedSegment> sealed = compaction(log).sealed().subList(0, 2);
            List<SampleBatch> smaller = new ArrayList<>();
            BatchRewriter rewriter =
                    batch -> {
                        SampleBatch by =
                                SampleBatch.of(
                                        batch.getLong(batch.position()),
                                        batch.getLong(batch.position()) + 9,
                                        log.now(),
                                        0,
                                        20,
                                        smaller.size());
                        smaller.add(by);
                        return by.content();
                    };

            assertThat(compaction(log).rewrite(sealed, rewriter)).as("the new segment").isPresent();

            log.expect(log.expected().rewritten(sealed.getLast().endOffset(), smaller));
            log.check();
            log.checkAfterRestart();
        }
    }

    /** Slices and positions that readers hold stay good. */
    @Test
    default void readersKeepWhatTheyHold() {
        assumeTrue(can(Capability.COMPACTION), "the store does not declare COMPACTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            LogPosition end = log.log().end();
            try (LogSlice slice = log.log().read(0, end, 5_000, true)) {
                ByteBuffer before = slice.copy();

                compact(log, 0, 4, base -> base % 50 == 0);

                assertThat(slice.copy()).as("a slice of before").isEqualTo(before);
            }
            try (LogSlice slice = log.log().read(0, end, Integer.MAX_VALUE, true)) {
                assertThat(slice.sizeInBytes()).as("bytes up to a position of before").isPositive();
            }
            log.check();
        }
    }

    /** If the log was cut or its start moved into the segments, nothing is done. */
    @Test
    default void nothingIsDoneIfTheSegmentsHaveChanged() {
        assumeTrue(can(Capability.COMPACTION), "the store does not declare COMPACTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            List<SealedSegment> sealed = compaction(log).sealed();
            log.advanceStart(sealed.get(1).baseOffset());
            assertThat(compaction(log).rewrite(sealed.subList(0, 2), batch -> null))
                    .as("a compaction of segments that went")
                    .isEmpty();
            log.truncateTo(sealed.get(2).baseOffset() + 5);
            assertThat(compaction(log).rewrite(sealed.subList(1, 3), batch -> null))
                    .as("a compaction of segments that were cut")
                    .isEmpty();
            log.check();
        }
    }

    /** How far it was compacted is remembered, and a truncation lowers it. */
    @Test
    default void howFarItWasCompactedIsRemembered() {
        assumeTrue(can(Capability.COMPACTION), "the store does not declare COMPACTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            assertThat(compaction(log).compactedTo()).as("compacted up to, at first").isZero();
            log.fill(40);
            List<SealedSegment> sealed = compaction(log).sealed();
            long to = sealed.get(2).endOffset();

            compaction(log).noteCompactedTo(to);
            log.reopenLog();

            assertThat(compaction(log).compactedTo()).as("compacted up to").isIn(0L, to);
            compaction(log).noteCompactedTo(to);
            log.truncateTo(sealed.get(1).baseOffset());
            assertThat(compaction(log).compactedTo())
                    .as("compacted up to, after a truncation below")
                    .isLessThanOrEqualTo(sealed.get(1).baseOffset());
        }
    }

    /** What a rewriter throws ends the compaction and changes nothing. */
    @Test
    default void aRewriterThatThrowsChangesNothing() {
        assumeTrue(can(Capability.COMPACTION), "the store does not declare COMPACTION");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            List<SealedSegment> sealed = compaction(log).sealed().subList(0, 3);
            IllegalStateException expected = new IllegalStateException("on purpose");
            BatchRewriter throwing =
                    batch -> {
                        if (batch.getLong(batch.position()) > 0) {
                            throw expected;
                        }
                        return null;
                    };

            assertThat(catchThrowable(() -> compaction(log).rewrite(sealed, throwing)))
                    .as("what the rewriter threw")
                    .isSameAs(expected);
            log.check();
            compact(log, 0, 3, base -> base % 20 == 0);
            log.check();
            log.checkAfterRestart();
        }
    }

    private static LogCompaction compaction(LogUnderTest log) {
        return log.log().compaction().orElseThrow();
    }

    /** Rewrites neighbours: batches whose base offset passes stay, and the last one. */
    private static void compact(LogUnderTest log, int from, int to, LongPredicate stays) {
        List<SealedSegment> segments = compaction(log).sealed().subList(from, to);
        long begin = segments.getFirst().baseOffset();
        long end = segments.getLast().endOffset();
        LongPredicate kept = base -> stays.test(base) || base == end - 10;

        Optional<SealedSegment> done =
                compaction(log)
                        .rewrite(
                                segments,
                                batch -> kept.test(batch.getLong(batch.position())) ? batch : null);

        assertThat(done).as("the segment in their place").isPresent();
        assertThat(done.get().baseOffset()).as("where it begins").isEqualTo(begin);
        assertThat(done.get().endOffset()).as("where it ends").isEqualTo(end);
        log.expect(
                log.expected()
                        .without(batch ->
                                batch.baseOffset() >= begin
                                        && batch.lastOffset() < end
                                        && !kept.test(batch.baseOffset())));
    }
}
