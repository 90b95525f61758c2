package mortise.broker.telemetry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import mortise.api.metrics.Labels;
import mortise.spi.telemetry.MetricFamily.Series;
import mortise.spi.telemetry.MetricFamily.Value;
import org.jspecify.annotations.Nullable;

/**
 * The members of a family by their label values, at most as many as its bound, and one for the
 * rest. Thread-safe; finding a known member takes no lock.
 */
final class Members<T> {
    private final Metric.Head head;
    private final int bound;
    private final Supplier<T> maker;
    private final Runnable surplus;
    private final Map<List<String>, T> members = new ConcurrentHashMap<>();
    private volatile @Nullable T other;

    /**
     * No members.
     *
     * @param surplus called for each look-up that finds no room
     */
    Members(Metric.Head head, int bound, Supplier<T> maker, Runnable surplus) {
        this.head = head;
        this.bound = bound;
        this.maker = maker;
        this.surplus = surplus;
    }

    T with(String... values) {
        if (values.length != head.labels().size()) {
            throw new IllegalArgumentException(
                    "metric "
                            + head.name()
                            + " has the labels "
                            + head.labels()
                            + ", not "
                            + values.length
                            + " of them");
        }
        List<String> key = List.of(values);
        T known = members.get(key);
        return known != null ? known : added(key);
    }

    private T added(List<String> key) {
        synchronized (members) {
            T known = members.get(key);
            if (known != null) {
                return known;
            }
            if (members.size() < bound) {
                T made = maker.get();
                members.put(key, made);
                return made;
            }
        }
        surplus.run();
        return rest();
    }

    private T rest() {
        synchronized (members) {
            T shared = other;
            if (shared == null) {
                shared = maker.get();
                other = shared;
            }
            return shared;
        }
    }

    /** Every member with what it says now. */
    List<Series> read(Function<T, Value> reader) {
        List<Series> series = new ArrayList<>();
        members.forEach((values, member) -> series.add(new Series(values, reader.apply(member))));
        T shared = other;
        if (shared != null) {
            List<String> values = Collections.nCopies(head.labels().size(), Labels.OTHER);
            series.add(new Series(values, reader.apply(shared)));
        }
        return series;
    }
}
