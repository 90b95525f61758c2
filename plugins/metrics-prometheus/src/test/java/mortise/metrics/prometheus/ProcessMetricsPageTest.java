package mortise.metrics.prometheus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import mortise.metrics.prometheus.ProcessMetrics.ProcessMetric;
import org.junit.jupiter.api.Test;

/**
 * The table of process metrics in {@code docs/metrics.md} is the code. After an intended change,
 * run with {@code -Dmortise.golden.write=true} and review the difference.
 */
class ProcessMetricsPageTest {
    private static final Path PAGE = Path.of("../../docs/metrics.md");
    private static final String HEADING = "| process metric | type | labels | what it says |";

    @Test
    void theTableOfProcessMetricsIsTheCode() throws IOException {
        List<String> rows =
                ProcessMetrics.ofThisProcess().all().stream()
                        .map(ProcessMetricsPageTest::row)
                        .toList();
        List<String> lines = new ArrayList<>(Files.readAllLines(PAGE));
        int begin = lines.indexOf(HEADING) + 2;
        assertThat(begin).as("where the table begins in %s", PAGE).isGreaterThan(1);
        int end = begin;
        while (end < lines.size() && lines.get(end).startsWith("|")) {
            end++;
        }
        if (Boolean.getBoolean("mortise.golden.write")) {
            lines.subList(begin, end).clear();
            lines.addAll(begin, rows);
            Files.writeString(PAGE, String.join("\n", lines) + "\n");
            return;
        }
        List<String> shown = List.copyOf(lines.subList(begin, end));
        assertThat(rows)
                .filteredOn(row -> !shown.contains(row))
                .as("rows that %s lacks", PAGE)
                .isEmpty();
        assertThat(shown)
                .filteredOn(row -> !rows.contains(row))
                .as("rows of %s that are not true any more", PAGE)
                .isEmpty();
        assertThat(shown).as("the order of rows in %s", PAGE).isEqualTo(rows);
    }

    private static String row(ProcessMetric metric) {
        return "| `"
                + metric.name()
                + "` | "
                + metric.type()
                + " | "
                + (metric.labels().isEmpty() ? "–" : String.join(", ", metric.labels()))
                + " | "
                + metric.doc()
                + " |";
    }
}
