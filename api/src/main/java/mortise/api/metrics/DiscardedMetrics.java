package mortise.api.metrics;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
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
    public Family<Counter> counters(String name, String doc, Labels labels) {
        Counter one = counter(name, doc);
        return values -> one;
    }

    @Override
    public void gauge(String name, String doc, LongSupplier value) {}

    @Override
    public void gauges(String name, String doc, Labels labels, Consumer<Readings> source) {}

    @Override
    public Histogram histogram(String name, String doc) {
        return value -> {};
    }

    @Override
    public Family<Histogram> histograms(String name, String doc, Labels labels) {
        return values -> value -> {};
    }
}
