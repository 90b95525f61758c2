package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import org.jspecify.annotations.Nullable;

/**
 * The sidecars that were put beside a log, and which of them may or must be there after a crash.
 * Confined to the run that owns it.
 */
final class SidecarHistory {
    private static final long NEVER = Long.MAX_VALUE;

    /** Those of a kind that keeps one for each offset. */
    private final Map<SidecarKind, List<Entry>> byOffset =
            new EnumMap<>(
                    Map.of(
                            SidecarKind.PRODUCER_STATE, new ArrayList<>(),
                            SidecarKind.PRODUCER_BATCHES, new ArrayList<>()));

    private final List<Entry> leaderEpochs = new ArrayList<>();
    private long puts;

    /** A sidecar, from when it was put until it was removed. */
    private static final class Entry {
        private final long offset;
        private final ByteBuffer content;

        /** How many were put before it. */
        private final long order;

        private boolean durable;
        private boolean mayBeGone;

        /** From where on there must be later producers if this went, or NEVER. */
        private long laterFrom = NEVER;

        private boolean cut;
        private long cutAt = NEVER;

        Entry(long offset, ByteBuffer content, long order) {
            this.offset = offset;
            this.content = content;
            this.order = order;
        }

        boolean is(@Nullable Sidecar sidecar) {
            return sidecar != null
                    && sidecar.offset() == offset
                    && sidecar.content().equals(content);
        }

        boolean isIn(PartitionLog log, SidecarKind kind, long atMost) {
            return is(log.latestSidecar(kind, atMost).orElse(null));
        }

        @Override
        public String toString() {
            return offset + (durable ? " durable" : "") + (mayBeGone ? " removed" : "");
        }
    }

    void put(SidecarKind kind, long offset, ByteBuffer content) {
        switch (kind) {
            case PRODUCER_STATE, PRODUCER_BATCHES -> {
                List<Entry> entries = of(kind);
                entries.stream()
                        .filter(entry -> entry.offset == offset)
                        .forEach(entry -> entry.mayBeGone = true);
                entries.add(new Entry(offset, content, puts++));
            }
            case LEADER_EPOCHS -> {
                leaderEpochs.forEach(entry -> entry.mayBeGone = true);
                leaderEpochs.add(new Entry(offset, content, puts++));
            }
        }
    }

    private List<Entry> of(SidecarKind kind) {
        return byOffset.getOrDefault(kind, leaderEpochs);
    }

    /**
     * The log was truncated or reset, and whatever lies beyond went with it.
     *
     * @param endLow the least that the end is now
     */
    void cut(long offset, long endLow, long time) {
        laterMayBeGone();
        byOffset.values().stream()
                .flatMap(List::stream)
                .filter(entry -> entry.offset > offset)
                .forEach(entry -> {
                    entry.mayBeGone = true;
                    entry.cutAt = Math.min(entry.cutAt, time);
                });
        long limit = Math.min(offset, endLow);
        // what the newest had replaced does not come back when it goes
        boolean newestGoes = !leaderEpochs.isEmpty() && leaderEpochs.getLast().offset > limit;
        leaderEpochs.forEach(entry -> {
            entry.mayBeGone |= entry.offset > limit;
            entry.cut |= newestGoes || entry.offset > limit;
        });
    }

    /** Segments are made one: producers as of offsets inside it may go if there are later ones. */
    void compacted(long begin, long end) {
        boolean later =
                of(SidecarKind.PRODUCER_STATE).stream()
                        .anyMatch(entry -> entry.offset >= end && !entry.mayBeGone);
        byOffset.values().stream()
                .flatMap(List::stream)
                .filter(entry -> later && entry.offset > begin && entry.offset < end)
                .forEach(entry -> entry.laterFrom = end);
    }

    /** The log ends there since it was truncated, perhaps before the offset that was asked for. */
    void endMoved(long end) {
        laterMayBeGone();
        byOffset.values().stream()
                .flatMap(List::stream)
                .filter(entry -> entry.offset > end)
                .forEach(entry -> entry.mayBeGone = true);
    }

    /** What made compaction let others go may have gone itself. */
    private void laterMayBeGone() {
        byOffset.values().stream()
                .flatMap(List::stream)
                .forEach(entry -> entry.mayBeGone |= entry.laterFrom != NEVER);
    }

    /** Only the latest of a kind was copied; the others go when the copy takes the log's place. */
    void onlyLatestStays(SidecarKind kind) {
        long latest = of(kind).stream().mapToLong(entry -> entry.offset).max().orElse(-1);
        of(kind).stream()
                .filter(entry -> kind != SidecarKind.LEADER_EPOCHS && entry.offset < latest)
                .forEach(entry -> entry.mayBeGone = true);
    }

    void trimmed(SidecarKind kind, long offset) {
        laterMayBeGone();
        List<Entry> entries = of(kind);
        long latest =
                entries.stream()
                        .mapToLong(entry -> entry.offset)
                        .filter(at -> at < offset)
                        .max()
                        .orElse(-1);
        entries.stream()
                .filter(entry -> entry.offset < latest)
                .forEach(entry -> entry.mayBeGone = true);
    }

    void startAdvanced(long offset) {
        byOffset.values().stream()
                .flatMap(List::stream)
                .filter(entry -> entry.offset <= offset)
                .forEach(entry -> entry.mayBeGone = true);
    }

    /** Everything put before is durable now; what was replaced or cut cannot come back. */
    void synced() {
        for (SidecarKind kind : SidecarKind.values()) {
            List<Entry> entries = of(kind);
            entries.removeIf(entry -> entry.cutAt != NEVER);
            entries.forEach(entry -> entry.durable = true);
        }
        leaderEpochs.removeIf(entry -> entry != leaderEpochs.getLast());
        for (List<Entry> entries : byOffset.values()) {
            entries.removeIf(entry ->
                    entries.stream()
                            .anyMatch(later ->
                                    later.offset == entry.offset
                                            && entries.indexOf(later) > entries.indexOf(entry)));
        }
    }

    /** The process ended: what no sync has written counts only if it is there. */
    void killed(PartitionLog log) {
        byOffset.forEach((kind, entries) ->
                entries.removeIf(entry -> !entry.durable && !entry.isIn(log, kind, entry.offset)));
        leaderEpochs.removeIf(entry ->
                !entry.durable && !entry.isIn(log, SidecarKind.LEADER_EPOCHS, Long.MAX_VALUE));
    }

    /**
     * Compares what came back after a crash, and takes it for what there is.
     *
     * @param since the earliest time at which the log was as it came back
     */
    void recovered(PartitionLog log, long since) {
        long latestState =
                log.latestSidecar(SidecarKind.PRODUCER_STATE, Long.MAX_VALUE)
                        .map(Sidecar::offset)
                        .orElse(-1L);
        byOffset.values().stream()
                .flatMap(List::stream)
                .forEach(entry -> entry.mayBeGone |= entry.laterFrom <= latestState);
        byOffset.forEach((kind, entries) -> recovered(log, kind, entries, since));
        long latestProducers =
                byOffset.values().stream()
                        .flatMap(List::stream)
                        .mapToLong(entry -> entry.order)
                        .max()
                        .orElse(-1);
        recoveredLeaderEpochs(log, latestProducers);
    }

    private static void recovered(
            PartitionLog log, SidecarKind kind, List<Entry> entries, long since) {
        long end = log.bounds().endOffset();
        List<Entry> found = new ArrayList<>();
        long atMost = Long.MAX_VALUE;
        while (atMost >= 0) {
            Optional<Sidecar> sidecar = log.latestSidecar(kind, atMost);
            if (sidecar.isEmpty()) {
                break;
            }
            assertThat(sidecar.get().offset())
                    .as("offset of a sidecar")
                    .isLessThanOrEqualTo(atMost);
            found.add(match(entries, sidecar.get(), end, since));
            atMost = sidecar.get().offset() - 1;
        }
        entries.stream()
                .filter(entry -> entry.durable && !entry.mayBeGone && entry.offset <= end)
                .forEach(entry ->
                        assertThat(found)
                                .as("sidecars found; the one at %s was synced", entry)
                                .contains(entry));
        entries.clear();
        found.reversed().forEach(entry -> entries.add(durable(entry)));
    }

    private static Entry match(List<Entry> entries, Sidecar sidecar, long end, long since) {
        assertThat(sidecar.offset())
                .as("offset of a sidecar of a log that ends at %s", end)
                .isLessThanOrEqualTo(end);
        return entries.stream()
                .filter(entry -> entry.is(sidecar) && entry.cutAt > since)
                .findFirst()
                .orElseThrow(() ->
                        new AssertionError(
                                "the sidecar at "
                                        + sidecar.offset()
                                        + " with "
                                        + sidecar.content().remaining()
                                        + " bytes was never put, or was cut away; there may be "
                                        + entries));
    }

    /** Epochs that were put before producers came back are back too, unless later ones are. */
    private void recoveredLeaderEpochs(PartitionLog log, long latestProducers) {
        Optional<Sidecar> sidecar = log.latestSidecar(SidecarKind.LEADER_EPOCHS, Long.MAX_VALUE);
        boolean mustBeThere =
                leaderEpochs.stream().anyMatch(entry -> entry.durable && !entry.mayBeGone);
        long least =
                leaderEpochs.stream()
                        .filter(entry -> entry.order < latestProducers && !entry.cut)
                        .filter(entry -> entry.offset <= log.bounds().endOffset())
                        .mapToLong(entry -> entry.order)
                        .max()
                        .orElse(-1);
        if (sidecar.isEmpty()) {
            assertThat(mustBeThere).as("leader epochs that were synced").isFalse();
            assertThat(least)
                    .as("leader epochs that were put before producers which are there")
                    .isEqualTo(-1);
            leaderEpochs.clear();
            return;
        }
        Entry found =
                leaderEpochs.stream()
                        .filter(entry -> entry.content.equals(sidecar.get().content()))
                        .reduce((first, second) -> second)
                        .orElseThrow(() ->
                                new AssertionError("leader epochs came back that were never put"));
        assertThat(found.order)
                .as("leader epochs that were put before producers which are there")
                .isGreaterThanOrEqualTo(least);
        leaderEpochs.clear();
        leaderEpochs.add(durable(found));
    }

    private static Entry durable(Entry entry) {
        Entry now = new Entry(entry.offset, entry.content, entry.order);
        now.durable = true;
        return now;
    }
}
