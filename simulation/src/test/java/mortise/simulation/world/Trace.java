package mortise.simulation.world;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything that happened in a run, in order: a line for each event with its virtual time, hashed
 * as it comes. The same seed gives the same lines in every process. The last lines are kept for
 * whoever looks for the cause of a failure.
 *
 * <p>A line holds nothing that differs between two processes: no identity hash, no name of a thread
 * or of a generated class, no real time.
 */
public final class Trace {
    private static final int KEPT_LINES = 4_000;
    private static final long FNV_PRIME = 0x100000001b3L;
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final double NANOS_PER_MILLI = 1e6;

    private final LongSupplier nanos;
    private final @Nullable Consumer<String> sink;
    private final Deque<Line> kept = new ArrayDeque<>();
    private long hash = FNV_BASIS;
    private long lines;

    /**
     * An empty trace.
     *
     * @param nanos the virtual time
     * @param sink takes every line as well; null if nobody wants them
     */
    public Trace(LongSupplier nanos, @Nullable Consumer<String> sink) {
        this.nanos = nanos;
        this.sink = sink;
    }

    /** Adds a line. */
    public void add(String what) {
        long at = nanos.getAsLong();
        mix(at);
        for (int i = 0; i < what.length(); i++) {
            hash = (hash ^ what.charAt(i)) * FNV_PRIME;
        }
        lines++;
        Line line = new Line(at, what);
        if (sink != null) {
            sink.accept(line.toString());
        }
        if (kept.size() == KEPT_LINES) {
            kept.removeFirst();
        }
        kept.addLast(line);
    }

    /** One event. */
    private record Line(long nanos, String what) {
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%14.6f ms  %s", nanos / NANOS_PER_MILLI, what);
        }
    }

    private void mix(long value) {
        hash = (hash ^ value) * FNV_PRIME;
        hash ^= hash >>> 29;
    }

    /** What all lines so far amount to. */
    public String hash() {
        return String.format(Locale.ROOT, "%016x", hash);
    }

    /** How many lines there were. */
    public long lines() {
        return lines;
    }

    /** The last lines. */
    public List<String> last() {
        return kept.stream().map(Line::toString).toList();
    }
}
