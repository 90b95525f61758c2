package mortise.storage.local;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.OffsetOutOfRangeException;

/**
 * Which segments a log consists of, and from where to where it reaches. What is shown here is there
 * on disk already, and what is taken away here goes from the disk afterwards.
 *
 * <p>Anyone may look. The writer appends and begins segments; the list of segments and the start
 * change under {@link #structure} only, and the durable end under the log's sync lock.
 */
final class LogExtent {
    private static final VarHandle END;

    static {
        try {
            END = MethodHandles.lookup().findVarHandle(LogExtent.class, "end", LogPosition.class);
        } catch (ReflectiveOperationException impossible) {
            throw new ExceptionInInitializerError(impossible);
        }
    }

    private final LogContext log;
    private final RecentWindow recent;
    private final ReentrantLock structure = new ReentrantLock();

    private volatile Segment[] segments;
    private volatile long startOffset;
    private volatile LogPosition durableEnd;

    /** Up to where the indexes of aborted transactions are whole, if a crash left that unsure. */
    private volatile long abortedKnownTo;

    @SuppressWarnings("unused") // through END
    private LogPosition end;

    // the writer's
    private Segment active;
    private boolean changed;

    LogExtent(LogContext log, LogLoader.Loaded loaded) {
        this.log = log;
        this.segments = loaded.segments().toArray(Segment[]::new);
        this.active = segments[segments.length - 1];
        this.startOffset = loaded.startOffset();
        this.end = new LogPosition(loaded.endOffset(), active.token(active.size()));
        this.durableEnd = loaded.durableEnd();
        this.abortedKnownTo =
                loaded.sidecars().abortedKnownTo() < loaded.endOffset()
                        ? loaded.sidecars().abortedKnownTo()
                        : Long.MAX_VALUE;
        StoreParts parts = log.parts();
        this.recent =
                new RecentWindow(parts.config(), parts.recentBudget(), active, loaded.endOffset());
    }

    // ---- looking

    /** The segments as they are now, in order; at least one. */
    Segment[] segments() {
        return segments;
    }

    /** The segments as they are when no truncation is under way. */
    Segment[] settledSegments() {
        structure.lock();
        try {
            return segments;
        } finally {
            structure.unlock();
        }
    }

    long start() {
        return startOffset;
    }

    /** Up to where the indexes of aborted transactions are whole; the largest number if all are. */
    long abortedKnownTo() {
        return abortedKnownTo;
    }

    /** Notes that they are. */
    void abortedAreKnown() {
        abortedKnownTo = Long.MAX_VALUE;
    }

    /** The offset below which nothing need be looked at after a crash. */
    long certainTo() {
        return Math.min(durableEnd.offset(), abortedKnownTo);
    }

    LogPosition end() {
        return (LogPosition) END.getAcquire(this);
    }

    /** The end, for the thread that moves it. */
    LogPosition writerEnd() {
        return (LogPosition) END.getOpaque(this);
    }

    LogPosition durableEnd() {
        return durableEnd;
    }

    LogBounds bounds() {
        while (true) {
            long start = startOffset;
            long last = end().offset();
            if (start == startOffset && start <= last) {
                return new LogBounds(start, last);
            }
            Thread.onSpinWait(); // between the two steps of a reset
        }
    }

    /** Checks that an offset lies between the start and an end. */
    void checkWithin(long offset, LogPosition last) {
        long start = startOffset;
        if (offset < start || offset > last.offset()) {
            throw new OffsetOutOfRangeException(log.id(), offset, bounds());
        }
    }

    RecentWindow recent() {
        return recent;
    }

    long sizeInBytes() {
        long bytes = 0;
        for (Segment segment : segments) {
            bytes += segment.size();
        }
        return bytes;
    }

    // ---- the writer's

    /** The segment that is appended to. */
    Segment active() {
        return active;
    }

    /** Whether anything has changed that a clean close must make durable. */
    boolean isChanged() {
        return changed;
    }

    /** Notes that something was or will be changed. */
    void change() {
        changed = true;
    }

    /** Begins another active segment. */
    Segment begin(long baseOffset) {
        Segment next =
                Segment.empty(
                        log.parts(), log.path(), baseOffset, active.ordinal() + 1, active.isBusy());
        structure.lock();
        try {
            Segment[] now = segments;
            Segment[] longer = Arrays.copyOf(now, now.length + 1);
            longer[now.length] = next;
            segments = longer;
        } finally {
            structure.unlock();
        }
        active = next;
        return next;
    }

    /** Makes batches that are written visible: indexes, recent window, size, end, in this order. */
    LogPosition show(Segment segment, BatchSet batches, int count, int[] sizes, int from) {
        int interval = log.settings().indexIntervalBytes();
        int position = from;
        long offset = writerEnd().offset();
        for (int i = 0; i < count; i++) {
            long last = batches.lastOffset(i);
            int size = sizes[i];
            segment.note(last, position, size, batches.maxTimestamp(i), interval);
            recent.add(segment, offset, position, last, position + size);
            position += size;
            offset = last + 1;
        }
        segment.publish(position);
        LogPosition after = new LogPosition(offset, segment.token(position));
        END.setRelease(this, after);
        return after;
    }

    // ---- syncing

    /** Everything up to there has been made durable. Under the sync lock. */
    void synced(LogPosition target) {
        durableEnd = target;
    }

    // ---- removing

    /** Held by whoever changes the list of segments; taken after the sync lock. */
    ReentrantLock structure() {
        return structure;
    }

    /** Moves the start, and takes the segments off the list that lie wholly below it. */
    Segment[] dropBelow(long offset) {
        structure.lock();
        try {
            startOffset = Math.max(startOffset, offset);
            if (offset == writerEnd().offset() && active.size() > 0) {
                begin(offset); // nothing of the active segment stays, so it goes like the others
            }
            Segment[] now = segments;
            int first = 0;
            while (first < now.length - 1 && now[first + 1].baseOffset() <= offset) {
                first++;
            }
            segments = Arrays.copyOfRange(now, first, now.length);
            return Arrays.copyOf(now, first);
        } finally {
            structure.unlock();
        }
    }

    /** Whether segments stand in the list, one behind the other. Under the structure's lock. */
    boolean holds(Segment[] some) {
        Segment[] now = segments;
        int first = Arrays.asList(now).indexOf(some[0]);
        return first >= 0
                && first + some.length < now.length
                && Arrays.equals(now, first, first + some.length, some, 0, some.length);
    }

    /** Puts one segment in the place of several. Under both locks. */
    void replace(Segment[] some, Segment by) {
        Segment[] now = segments;
        int first = Arrays.asList(now).indexOf(some[0]);
        Segment[] next = new Segment[now.length - some.length + 1];
        System.arraycopy(now, 0, next, 0, first);
        next[first] = by;
        int behind = first + some.length;
        System.arraycopy(now, behind, next, first + 1, now.length - behind);
        segments = next;
    }

    /** Lets nobody see what lies beyond a border from here on. Under both locks. */
    void lowerTo(LogPosition border) {
        if (durableEnd.token() >= border.token()) {
            durableEnd = border;
        }
        END.setVolatile(this, border);
    }

    /** Moves the start backwards, to where the log is empty. Under both locks. */
    void lowerStartTo(LogPosition nothing) {
        startOffset = nothing.offset();
        lowerTo(nothing);
    }

    /** Shows the segments that a truncation kept. Under both locks. */
    LogPosition cutTo(Segment[] kept, long newEnd) {
        show(kept, newEnd);
        LogPosition after = new LogPosition(newEnd, active.token(active.size()));
        lowerTo(after);
        return after;
    }

    /** Shows an empty log of one segment, all of it durable. Under both locks. */
    LogPosition resetTo(Segment fresh) {
        long offset = fresh.baseOffset();
        show(new Segment[] {fresh}, offset);
        LogPosition after = new LogPosition(offset, fresh.token(0));
        END.setVolatile(this, after);
        startOffset = offset;
        durableEnd = after;
        return after;
    }

    private void show(Segment[] kept, long newEnd) {
        segments = kept;
        active = kept[kept.length - 1];
        recent.restart(active, newEnd);
    }

    // ---- files

    /**
     * Makes durable what the segments hold below a border.
     *
     * @return whether files have been made whose names are not durable yet
     */
    static boolean sync(Segment[] all, LogPosition target) throws IOException {
        int last = Tokens.ordinal(target.token());
        boolean made = false;
        for (Segment segment : all) {
            if (segment.ordinal() < last) {
                made |= segment.sync(segment.size(), true);
            } else if (segment.ordinal() == last) {
                made |= segment.sync(Tokens.position(target.token()), false);
            }
        }
        return made;
    }

    /** Forgets files that were closed under their segments, by an interrupt for instance. */
    void dropClosedFiles() {
        for (Segment segment : segments) {
            segment.dropClosedFiles();
        }
    }

    /** Lets go of all files and of the recent window, at the end of the log's life. */
    void retire() {
        recent.restart(active, end().offset());
        for (Segment segment : segments) {
            segment.retire();
        }
    }
}
