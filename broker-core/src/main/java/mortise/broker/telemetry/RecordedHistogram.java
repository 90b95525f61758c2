package mortise.broker.telemetry;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import mortise.api.metrics.Histogram;
import mortise.spi.telemetry.Distribution;
import org.HdrHistogram.ConcurrentHistogram;
import org.jspecify.annotations.Nullable;

/**
 * A distribution in memory. Thread-safe and wait-free; takes no memory to speak of until something
 * is recorded.
 */
final class RecordedHistogram implements Histogram {
    /** One minute in nanoseconds: anything longer is noted as that. */
    static final long LARGEST = 60_000_000_000L;

    private static final int DIGITS = 2;
    private static final VarHandle VALUES;

    static {
        try {
            VALUES =
                    MethodHandles.lookup()
                            .findVarHandle(
                                    RecordedHistogram.class, "values", ConcurrentHistogram.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private volatile @Nullable ConcurrentHistogram values;

    @Override
    public void record(long value) {
        ConcurrentHistogram recorded = values;
        if (recorded == null) {
            recorded = first();
        }
        recorded.recordValue(Math.clamp(value, 0, LARGEST));
    }

    private ConcurrentHistogram first() {
        ConcurrentHistogram mine = new ConcurrentHistogram(LARGEST, DIGITS);
        ConcurrentHistogram theirs =
                (ConcurrentHistogram) VALUES.compareAndExchange(this, null, mine);
        return theirs == null ? mine : theirs;
    }

    /** What was recorded so far. */
    Distribution copy() {
        ConcurrentHistogram recorded = values;
        return recorded == null ? NOTHING : new CopiedDistribution(recorded.copy());
    }

    private static final Distribution NOTHING =
            new CopiedDistribution(new org.HdrHistogram.Histogram(1, 2, 0));
}
