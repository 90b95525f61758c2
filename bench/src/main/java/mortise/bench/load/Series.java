package mortise.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * What came back, over time: how many records and bytes, and how long each took from the moment at
 * which it was to be sent. Any thread may note; one thread calls {@link #tick}.
 *
 * <p>Latencies are noted for what was due in the window, whenever it comes back; counts for what
 * comes back in the window.
 */
public final class Series {
    /** Microseconds; what takes longer than this is noted as this. */
    private static final long LONGEST_MICROS = 3_600_000_000L;

    private static final int DIGITS = 3;

    private final String name;
    private final Window window;
    private final Recorder latencies = new Recorder(LONGEST_MICROS, DIGITS);
    private final LongAdder records = new LongAdder();
    private final LongAdder bytes = new LongAdder();
    private final List<Interval> intervals = new ArrayList<>();

    /**
     * One second of it.
     *
     * @param second from the beginning of the window; negative while warming up
     * @param latencies in microseconds
     */
    public record Interval(double second, long records, long bytes, Histogram latencies) {}

    Series(String name, Window window) {
        this.name = name;
        this.window = window;
    }

    /** What reports and files call it. */
    public String name() {
        return name;
    }

    /** Notes something that has come back. */
    void note(long dueNanos, long nowNanos, long recordCount, long byteCount) {
        count(nowNanos, recordCount, byteCount);
        if (window.contains(dueNanos)) {
            latencies.recordValueWithCount(
                    Math.clamp((nowNanos - dueNanos) / 1_000, 0, LONGEST_MICROS), recordCount);
        }
    }

    /** Notes something whose latency means nothing. */
    void count(long nowNanos, long recordCount, long byteCount) {
        if (window.contains(nowNanos)) {
            records.add(recordCount);
            bytes.add(byteCount);
        }
    }

    /** Closes an interval, and returns it. */
    Interval tick(long nowNanos) {
        Interval interval =
                new Interval(
                        window.second(nowNanos),
                        records.sumThenReset(),
                        bytes.sumThenReset(),
                        latencies.getIntervalHistogram());
        intervals.add(interval);
        return interval;
    }

    /** The whole window. */
    Measured measured() {
        Histogram all = new Histogram(LONGEST_MICROS, DIGITS);
        long recordCount = 0;
        long byteCount = 0;
        for (Interval interval : intervals) {
            all.add(interval.latencies);
            recordCount += interval.records;
            byteCount += interval.bytes;
        }
        return new Measured(
                name, recordCount, byteCount, window.seconds(), all, List.copyOf(intervals));
    }

    /**
     * What it came to.
     *
     * @param latencies in microseconds, from the intended moment
     */
    public record Measured(
            String name,
            long records,
            long bytes,
            double seconds,
            Histogram latencies,
            List<Interval> intervals) {
        public double recordsPerSecond() {
            return records / seconds;
        }

        public double megabytesPerSecond() {
            return bytes / 1e6 / seconds;
        }
    }
}
