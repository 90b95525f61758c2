package mortise.metrics.prometheus;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import mortise.metrics.prometheus.ProcessMetrics.ProcessMetric;
import mortise.testing.GoldenTable;
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
        GoldenTable.check(PAGE, HEADING, rows);
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
