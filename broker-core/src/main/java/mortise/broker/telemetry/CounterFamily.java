package mortise.broker.telemetry;

import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Family;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricFamily.Series;

/** Counters of one name. Thread-safe. */
final class CounterFamily implements Metric, Family<Counter> {
    private final Head head;
    private final Members<Counter> members;

    CounterFamily(Head head, int bound, Runnable surplus) {
        this.head = head;
        this.members = new Members<>(head, bound, AddedCounter::new, surplus);
    }

    @Override
    public Counter with(String... values) {
        return members.with(values);
    }

    @Override
    public Head head() {
        return head;
    }

    @Override
    public MetricFamily.Kind kind() {
        return MetricFamily.Kind.COUNTER;
    }

    @Override
    public List<Series> series() {
        return members.read(counter -> new MetricFamily.Reading(counter.value()));
    }

    private static final class AddedCounter implements Counter {
        private final LongAdder sum = new LongAdder();

        @Override
        public void add(long amount) {
            sum.add(amount);
        }

        @Override
        public void increment() {
            sum.increment();
        }

        @Override
        public long value() {
            return sum.sum();
        }
    }
}
