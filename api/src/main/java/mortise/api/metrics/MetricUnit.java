package mortise.api.metrics;

import java.util.Optional;

/** What a metric measures, as the end of its name says, before {@code _total} if it has that. */
public enum MetricUnit {
    /** {@code _bytes}. */
    BYTES("bytes"),
    /** {@code _nanos}: a duration in nanoseconds. */
    NANOS("nanos"),
    /** {@code _seconds}: seconds, or a time as seconds since 1970. */
    SECONDS("seconds"),
    /** Anything else: things that are counted, or a state. */
    COUNT("");

    private static final String TOTAL = "_total";

    private final String suffix;

    MetricUnit(String suffix) {
        this.suffix = suffix;
    }

    /** The unit of a metric of this name. */
    public static MetricUnit of(String metric) {
        String name =
                metric.endsWith(TOTAL)
                        ? metric.substring(0, metric.length() - TOTAL.length())
                        : metric;
        for (MetricUnit unit : values()) {
            if (unit != COUNT && name.endsWith("_" + unit.suffix)) {
                return unit;
            }
        }
        return COUNT;
    }

    /** What names end in, if the unit has a word. */
    public Optional<String> suffix() {
        return suffix.isEmpty() ? Optional.empty() : Optional.of(suffix);
    }
}
