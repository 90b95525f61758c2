package mortise.simulation.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the clients of a run know of one partition: what they sent, what was acknowledged, what they
 * read. Every answer is held against it.
 */
public final class PartitionLedger {
    private final String name;
    private final TopicLedger topic;
    private final int index;
    private final NavigableMap<Long, Long> promised = new TreeMap<>();
    private final Map<Long, Long> placeOfExact = new HashMap<>();
    private final Map<Long, Integer> attempts = new HashMap<>();
    private final Map<Long, Boolean> exactlyOnce = new HashMap<>();
    private long highWatermark;
    private long start;
    private long answeredStart;
    private boolean mayHaveLost;

    PartitionLedger(TopicLedger topic, int index) {
        this.topic = topic;
        this.name = topic.name() + "-" + index + " (" + topic.id() + ")";
        this.index = index;
    }

    /** A record as it was read. */
    public record Read(long offset, long id) {}

    /** What was proven of a partition when a request was sent, which its answer must not deny. */
    public record Proven(long highWatermark, long start) {}

    /** Its topic. */
    public TopicLedger topic() {
        return topic;
    }

    @Override
    public String toString() {
        return name;
    }

    /** What an answer to a request that is sent now must not deny. */
    public Proven proven() {
        return new Proven(highWatermark, start);
    }

    /** The highest high watermark that was proven. */
    public long highWatermark() {
        return highWatermark;
    }

    /** How many records must be there. */
    public int promises() {
        return promised.size();
    }

    // ---- what clients did

    /** A record is sent, perhaps again. */
    public void sent(long id, boolean exact) {
        attempts.merge(id, 1, Integer::sum);
        exactlyOnce.put(id, exact);
    }

    // ---- what the broker said

    /** Records were acknowledged. */
    public void acknowledged(long baseOffset, List<Long> ids) {
        for (int i = 0; i < ids.size(); i++) {
            promise(baseOffset + i, ids.get(i), "acknowledged");
        }
        highWatermark = Math.max(highWatermark, baseOffset + ids.size());
    }

    /** DeleteRecords was answered. */
    public void deleted(long lowWatermark) {
        require(
                topic.trims() || lowWatermark <= requestedStart(),
                "log start",
                () -> "DeleteRecords says " + lowWatermark + ", asked for was " + requestedStart());
        answeredStart = Math.max(answeredStart, lowWatermark);
        start = Math.max(start, lowWatermark);
        forgetBefore(start);
    }

    /**
     * An answer tells of bounds.
     *
     * @param proven what was proven when its request was sent
     */
    public void bounds(Proven proven, long saidHighWatermark, long saidStart) {
        require(
                saidHighWatermark >= proven.highWatermark(),
                "high watermark",
                () -> "goes back from " + proven.highWatermark() + " to " + saidHighWatermark);
        highWatermark = Math.max(highWatermark, saidHighWatermark);
        if (saidStart >= 0) {
            start(proven, saidStart, saidHighWatermark);
        }
    }

    private void start(Proven proven, long said, long saidHighWatermark) {
        require(
                said >= proven.start(),
                "log start",
                () -> "goes back from " + proven.start() + " to " + said);
        require(
                said <= saidHighWatermark,
                "log start",
                () -> said + " is beyond the high watermark " + saidHighWatermark);
        require(
                said == 0 || topic.trims() || said <= requestedStart(),
                "log start",
                () -> said + ", and nobody asked for more than " + requestedStart());
        start = Math.max(start, said);
        forgetBefore(start);
    }

    /** Records were read, with the bounds that the same answer told. */
    public void read(long saidHighWatermark, List<Read> records) {
        for (Read record : records) {
            require(
                    record.offset() < saidHighWatermark,
                    "fetch beyond the high watermark",
                    () ->
                            Ids.text(record.id())
                                    + " at "
                                    + record.offset()
                                    + ", the high watermark is "
                                    + saidHighWatermark);
            promise(record.offset(), record.id(), "read");
        }
    }

    private void promise(long offset, long id, String how) {
        require(
                attempts.containsKey(id),
                "phantom",
                () -> Ids.text(id) + " at " + offset + " was never sent here");
        Long before = promised.get(offset);
        require(
                before == null || before == id,
                "two records at one offset",
                () ->
                        Ids.text(id)
                                + " "
                                + how
                                + " at "
                                + offset
                                + ", where "
                                + Ids.text(before == null ? 0 : before)
                                + " was");
        if (exactlyOnce.get(id)) {
            Long place = placeOfExact.put(id, offset);
            require(
                    place == null || place == offset,
                    "duplicate",
                    () -> Ids.text(id) + " at " + offset + " and at " + place);
        }
        if (offset >= start) {
            promised.put(offset, id);
        }
    }

    /** Deletions are asked for by name, and may reach any topic that bears it. */
    private long requestedStart() {
        return topic.deletions().getOrDefault(index, 0L);
    }

    private void forgetBefore(long offset) {
        promised.headMap(offset).clear();
    }

    // ---- what outlives the process

    /** The power went: a partition that is not durable may have lost what it promised. */
    void powerLost() {
        mayHaveLost |= !topic.durable();
    }

    /** The process ended, and the store kept nothing. */
    void storeLost() {
        mayHaveLost = true;
    }

    /** Whether the power went since the last audit and the partition is not durable. */
    public boolean mayHaveLost() {
        return mayHaveLost;
    }

    /**
     * The whole content, as it is at a moment when nobody else uses the partition.
     *
     * @param saidStart where it begins
     * @param end where it ends
     * @param records all of them, in order
     */
    public void audit(long saidStart, long end, List<Read> records) {
        if (mayHaveLost) {
            mayHaveLost = false;
            forgetFrom(end);
        }
        require(
                end >= highWatermark,
                "lost",
                () -> "the log ends at " + end + ", the high watermark was " + highWatermark);
        require(
                saidStart >= answeredStart,
                "log start",
                () -> saidStart + " after DeleteRecords had answered " + answeredStart);
        require(
                saidStart == 0 || topic.trims() || saidStart <= requestedStart(),
                "log start",
                () -> saidStart + ", and nobody asked for more than " + requestedStart());
        start = saidStart;
        forgetBefore(saidStart);
        compare(records);
        requireOrder(records);
        requireNoDuplicates(records);
        highWatermark = end;
        read(end, records);
    }

    private void forgetFrom(long end) {
        promised.tailMap(end).clear();
        placeOfExact.values().removeIf(place -> place >= end);
        highWatermark = Math.min(highWatermark, end);
        start = Math.min(start, end);
        answeredStart = Math.min(answeredStart, end);
    }

    private void compare(List<Read> records) {
        Map<Long, Long> found = new HashMap<>();
        records.forEach(record -> found.put(record.offset(), record.id()));
        for (Map.Entry<Long, Long> promise : promised.entrySet()) {
            Long there = found.get(promise.getKey());
            require(
                    promise.getValue().equals(there),
                    "lost",
                    () ->
                            Ids.text(promise.getValue())
                                    + " at "
                                    + promise.getKey()
                                    + " was promised, there is "
                                    + (there == null ? "nothing" : Ids.text(there)));
        }
    }

    /** Records of one session that were sent once each are in the order in which they were sent. */
    private void requireOrder(List<Read> records) {
        Map<Long, Long> last = new HashMap<>();
        for (Read record : records) {
            boolean ordered =
                    exactlyOnce.getOrDefault(record.id(), false)
                            || attempts.getOrDefault(record.id(), 0) == 1;
            if (ordered) {
                Long before = last.put(Ids.session(record.id()), record.id());
                require(
                        before == null || before < record.id(),
                        "order",
                        () ->
                                Ids.text(record.id())
                                        + " at "
                                        + record.offset()
                                        + " comes after "
                                        + Ids.text(before == null ? 0 : before));
            }
        }
    }

    private void requireNoDuplicates(List<Read> records) {
        Map<Long, List<Long>> places = new HashMap<>();
        for (Read record : records) {
            List<Long> of = places.computeIfAbsent(record.id(), id -> new ArrayList<>());
            of.add(record.offset());
            int most =
                    exactlyOnce.getOrDefault(record.id(), false)
                            ? 1
                            : attempts.getOrDefault(record.id(), 0);
            require(
                    of.size() <= most,
                    "duplicate",
                    () -> Ids.text(record.id()) + " is at " + of + ", sent " + most + " times");
        }
    }

    private void require(
            boolean holds, String rule, java.util.function.Supplier<@Nullable String> what) {
        if (!holds) {
            throw new Violation(rule, name + ": " + what.get());
        }
    }
}
