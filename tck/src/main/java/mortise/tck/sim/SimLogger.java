package mortise.tck.sim;

import java.text.MessageFormat;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.ResourceBundle;
import org.jspecify.annotations.Nullable;

/** A logger that keeps its last lines for a test to look at. Thread-safe. */
public final class SimLogger implements System.Logger {
    private static final int MAX_LINES = 10_000;

    private final String name;
    private final Deque<Line> lines = new ArrayDeque<>();

    /** A logger of this name. */
    public SimLogger(String name) {
        this.name = name;
    }

    /** A logged line, formatted. */
    public record Line(Level level, String text, @Nullable Throwable thrown) {
        @Override
        public String toString() {
            return level + " " + text + (thrown == null ? "" : " (" + thrown + ")");
        }
    }

    /** The lines kept, oldest first. */
    public synchronized List<Line> lines() {
        return List.copyOf(lines);
    }

    @Override
    public String getName() {
        return name;
    }

    @Override
    public boolean isLoggable(Level level) {
        return true;
    }

    @Override
    public void log(
            Level level,
            @Nullable ResourceBundle bundle,
            @Nullable String text,
            @Nullable Throwable thrown) {
        keep(new Line(level, String.valueOf(text), thrown));
    }

    @Override
    public void log(
            Level level,
            @Nullable ResourceBundle bundle,
            @Nullable String format,
            @Nullable Object @Nullable ... values) {
        String pattern = String.valueOf(format);
        boolean plain = values == null || values.length == 0;
        keep(
                new Line(
                        level,
                        plain ? pattern : new MessageFormat(pattern, Locale.ROOT).format(values),
                        null));
    }

    private synchronized void keep(Line line) {
        if (lines.size() == MAX_LINES) {
            lines.removeFirst();
        }
        lines.addLast(line);
    }
}
