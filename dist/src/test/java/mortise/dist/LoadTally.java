package mortise.dist;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Records by kind of producer, over all rounds. Confined to the test's thread. */
final class LoadTally {
    /** The figures of one kind. */
    static final class Figures {
        long sent;
        long acknowledged;
        long failed;
        long unanswered;
        long stored;
        long duplicates;
        long lost;
        long trimmed;
    }

    private final Map<String, Figures> byKind = new TreeMap<>();

    Figures of(String kind) {
        return byKind.computeIfAbsent(kind, none -> new Figures());
    }

    long acknowledged() {
        return byKind.values().stream().mapToLong(figures -> figures.acknowledged).sum();
    }

    /** A table in plain text. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%-26s %10s %12s %8s %10s %10s %10s %8s %8s%n",
                        "producer",
                        "sent",
                        "acknowledged",
                        "failed",
                        "unanswered",
                        "stored",
                        "duplicates",
                        "trimmed",
                        "lost"));
        byKind.forEach((kind, figures) ->
                text.append(
                        String.format(
                                Locale.ROOT,
                                "%-26s %10d %12d %8d %10d %10d %10d %8d %8d%n",
                                kind,
                                figures.sent,
                                figures.acknowledged,
                                figures.failed,
                                figures.unanswered,
                                figures.stored,
                                figures.duplicates,
                                figures.trimmed,
                                figures.lost)));
        return text.toString();
    }
}
