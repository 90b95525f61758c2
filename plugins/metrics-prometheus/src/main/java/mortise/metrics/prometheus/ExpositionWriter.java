package mortise.metrics.prometheus;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import mortise.api.metrics.MetricUnit;
import mortise.spi.telemetry.Distribution;
import mortise.spi.telemetry.MetricFamily;
import mortise.spi.telemetry.MetricFamily.Kind;
import mortise.spi.telemetry.MetricFamily.Reading;
import mortise.spi.telemetry.MetricFamily.Series;

/**
 * Writes metrics in a text format of Prometheus or OpenMetrics. Durations become seconds, as both
 * want them. Confined to one thread.
 */
final class ExpositionWriter {
    /** What the names of the broker's own metrics begin with. */
    static final String PREFIX = "mortise_";

    private static final String TOTAL = "_total";
    private static final double NANOS_PER_SECOND = 1e9;

    private final ByteArrayOutputStream out;
    private final TextFormat format;
    private final StringBuilder text = new StringBuilder(4096);

    ExpositionWriter(ByteArrayOutputStream out, TextFormat format) {
        this.out = out;
        this.format = format;
    }

    /** Writes a metric of the broker; one without a series is left out. */
    void family(MetricFamily family) {
        if (family.series().isEmpty()) {
            return;
        }
        String name = PREFIX + shownName(family.name(), family.unit());
        head(name, typeOf(family.kind()), shownUnit(family.unit()), family.doc());
        for (Series series : family.series()) {
            switch (series.value()) {
                case Reading(long value) ->
                        sample(
                                name,
                                family.labels(),
                                series.labelValues(),
                                number(value, family.unit()));
                case Distribution distribution -> histogram(name, family, series, distribution);
            }
        }
        flush();
    }

    /** The name of a broker's metric in the formats, without the prefix. */
    static String shownName(String name, MetricUnit unit) {
        if (unit != MetricUnit.NANOS) {
            return name;
        }
        boolean total = name.endsWith(TOTAL);
        String base = total ? name.substring(0, name.length() - TOTAL.length()) : name;
        String seconds = base.substring(0, base.length() - "nanos".length()) + "seconds";
        return total ? seconds + TOTAL : seconds;
    }

    private static String shownUnit(MetricUnit unit) {
        return switch (unit) {
            case NANOS, SECONDS -> "seconds";
            case BYTES -> "bytes";
            case COUNT -> "";
        };
    }

    private static String typeOf(Kind kind) {
        return switch (kind) {
            case COUNTER -> "counter";
            case GAUGE -> "gauge";
            case HISTOGRAM -> "histogram";
        };
    }

    private void histogram(
            String name, MetricFamily family, Series series, Distribution distribution) {
        for (Buckets.Bucket bucket : Buckets.of(family.unit())) {
            start(name, "_bucket");
            labels(family.labels(), series.labelValues(), bucket.text());
            value(Long.toString(distribution.countUpTo(bucket.most())));
        }
        String count = Long.toString(distribution.count());
        start(name, "_bucket");
        labels(family.labels(), series.labelValues(), "+Inf");
        value(count);
        start(name, "_sum");
        labels(family.labels(), series.labelValues(), "");
        value(
                Double.toString(
                        family.unit() == MetricUnit.NANOS
                                ? distribution.sum() / NANOS_PER_SECOND
                                : distribution.sum()));
        start(name, "_count");
        labels(family.labels(), series.labelValues(), "");
        value(count);
    }

    private static String number(long value, MetricUnit unit) {
        return unit == MetricUnit.NANOS
                ? Double.toString(value / NANOS_PER_SECOND)
                : Long.toString(value);
    }

    /**
     * Begins a metric: samples of it follow, and of no other until the next head.
     *
     * @param name with {@code _total} for a counter
     * @param unit {@code seconds}, {@code bytes} or empty
     */
    void head(String name, String type, String unit, String doc) {
        String shown =
                format == TextFormat.OPEN_METRICS && name.endsWith(TOTAL)
                        ? name.substring(0, name.length() - TOTAL.length())
                        : name;
        text.append("# HELP ").append(shown).append(' ');
        escape(doc, format == TextFormat.OPEN_METRICS);
        text.append("\n# TYPE ").append(shown).append(' ').append(type).append('\n');
        if (format == TextFormat.OPEN_METRICS && !unit.isEmpty()) {
            text.append("# UNIT ").append(shown).append(' ').append(unit).append('\n');
        }
    }

    /** Writes one sample of the metric whose head was written last. */
    void sample(String name, List<String> labels, List<String> labelValues, String number) {
        start(name, "");
        labels(labels, labelValues, "");
        value(number);
    }

    private void start(String name, String suffix) {
        text.append(name).append(suffix);
    }

    private void labels(List<String> names, List<String> values, String upperBound) {
        if (names.isEmpty() && upperBound.isEmpty()) {
            return;
        }
        char before = '{';
        for (int i = 0; i < names.size(); i++) {
            text.append(before).append(names.get(i)).append("=\"");
            escape(values.get(i), true);
            text.append('"');
            before = ',';
        }
        if (!upperBound.isEmpty()) {
            text.append(before).append("le=\"").append(upperBound).append('"');
        }
        text.append('}');
    }

    private void value(String number) {
        text.append(' ').append(number).append('\n');
        if (text.length() > 4000) {
            flush();
        }
    }

    private void escape(String value, boolean quotes) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\\') {
                text.append("\\\\");
            } else if (c == '\n') {
                text.append("\\n");
            } else if (c == '"' && quotes) {
                text.append("\\\"");
            } else {
                text.append(c);
            }
        }
    }

    /** Ends the page. */
    void end() {
        if (format == TextFormat.OPEN_METRICS) {
            text.append("# EOF\n");
        }
        flush();
    }

    private void flush() {
        out.writeBytes(text.toString().getBytes(StandardCharsets.UTF_8));
        text.setLength(0);
    }
}
