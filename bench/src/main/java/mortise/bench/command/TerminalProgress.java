package mortise.bench.command;

import java.util.Locale;
import mortise.bench.load.Progress;
import mortise.bench.load.Series;

/** A line on the terminal, once a second. */
final class TerminalProgress implements Progress {
    private final String title;

    TerminalProgress(String title) {
        this.title = title;
        System.err.println(title + ": warming up");
    }

    @Override
    public void second(double second, Series.Interval produced, Series.Interval consumed) {
        System.err.printf(
                Locale.ROOT,
                "%s: second %.0f  produced %,d records, %.1f MB, p99 %.2f ms  consumed %,d records, %.1f MB%n",
                title,
                second,
                produced.records(),
                produced.bytes() / 1e6,
                produced.latencies().getValueAtPercentile(99) / 1e3,
                consumed.records(),
                consumed.bytes() / 1e6);
    }
}
