package mortise.bench.micro;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import mortise.bench.report.Numbers;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/** Results of microbenchmarks as text, each with its ratio to Kafka's. */
final class MicroTable {
    /** How the name ends of what is measured of Kafka. */
    static final String BASELINE = "Kafka";

    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final String NOTHING = "";

    private MicroTable() {}

    static String of(Collection<RunResult> results) {
        List<Row> rows =
                results.stream()
                        .map(each ->
                                new Row(
                                        new Microbenchmarks.Entry(each.getParams().getBenchmark())
                                                .name(),
                                        values(each.getParams()),
                                        each.getPrimaryResult().getScore(),
                                        each.getPrimaryResult().getScoreError(),
                                        each.getPrimaryResult().getScoreUnit(),
                                        allocated(each)))
                        .toList();
        return text(rows);
    }

    private static String values(BenchmarkParams params) {
        return params.getParamsKeys().stream()
                .map(params::getParam)
                .collect(Collectors.joining(" "));
    }

    private static double allocated(RunResult result) {
        @Nullable Result<?> bytes = result.getSecondaryResults().get(ALLOCATED);
        return bytes == null ? Double.NaN : bytes.getScore();
    }

    /**
     * A result.
     *
     * @param values of its parameters
     * @param time for one operation, the less the better
     * @param error half of the 99.9% confidence interval
     * @param bytes allocated by one operation
     */
    record Row(String name, String values, double time, double error, String unit, double bytes) {}

    static String text(List<Row> rows) {
        Map<List<String>, Row> byName = new LinkedHashMap<>();
        rows.forEach(row -> byName.put(List.of(row.name(), row.values()), row));
        List<List<String>> lines = new ArrayList<>();
        lines.add(List.of("benchmark", NOTHING, "time", "±", NOTHING, "B/op", "times as fast"));
        for (Row row : rows) {
            Row kafka = byName.get(List.of(row.name() + BASELINE, row.values()));
            lines.add(
                    List.of(
                            row.name(),
                            row.values(),
                            Numbers.of(row.time()),
                            Numbers.of(row.error()),
                            row.unit(),
                            Numbers.of(Math.rint(row.bytes())),
                            kafka == null ? NOTHING : Numbers.of(kafka.time() / row.time())));
        }
        return aligned(lines);
    }

    private static String aligned(List<List<String>> lines) {
        int columns = lines.getFirst().size();
        StringBuilder text = new StringBuilder();
        for (List<String> line : lines) {
            StringBuilder one = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                int at = i;
                int width = lines.stream().mapToInt(each -> each.get(at).length()).max().orElse(0);
                // names begin, numbers end in a column
                String format = i < 2 || i == 4 ? "%-" : "%";
                one.append(
                        String.format(
                                Locale.ROOT, format + Math.max(1, width) + "s  ", line.get(i)));
            }
            text.append(one.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
