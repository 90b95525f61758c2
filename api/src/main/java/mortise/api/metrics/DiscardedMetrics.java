package mortise.api.metrics;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** Metrics that nobody reads. */
enum DiscardedMetrics implements Metrics {
    INSTANCE;

    @Override
    public Counter counter(String name, String doc) {
        LongAdder sum = new LongAdder();
        return new Counter() {
            @Override
            public void add(long amount) {
                sum.add(amount);
            }

            @Override
            public long value() {
                return sum.sum();
            }
        };
    }

    @Override
    public void gauge(String name, String doc, LongSupplier value) {}

    @Override
    public Histogram histogram(String name, String doc) {
        return value -> {};
    }
}
