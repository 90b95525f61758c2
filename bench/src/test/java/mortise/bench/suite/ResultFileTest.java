package mortise.bench.suite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mortise.bench.workload.UsageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Results that are kept, and the page that follows from them. */
class ResultFileTest {
    private static final Result RESULT =
            new Result(
                    "row",
                    "what it is",
                    "2026-11-30T10:00:00Z",
                    "./mortise bench suite --row row",
                    List.of(
                            new Result.Entry(
                                    "produced per broker CPU-second",
                                    "MB",
                                    true,
                                    values(),
                                    Optional.of(new Target(true, 3, false))),
                            new Result.Entry(
                                    "growth",
                                    "times",
                                    false,
                                    growths(),
                                    Optional.of(Target.alone(1.3)))),
                    List.of("busy"));

    @TempDir private Path directory;

    private static Map<String, List<Double>> values() {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        values.put("mortise", List.of(30.0, 31.0, 32.0));
        values.put("kafka", List.of(10.0, 11.0, 12.0));
        values.put("floor", List.of(62.0, 62.0, 62.0));
        return values;
    }

    private static Map<String, List<Double>> growths() {
        Map<String, List<Double>> values = new LinkedHashMap<>();
        values.put("mortise", List.of(1.1, 1.4, 1.5));
        values.put("kafka", List.of(1.0, 1.0, 1.0));
        return values;
    }

    @Test
    void aResultComesBackAsItWas() throws IOException {
        Path file = directory.resolve("row.json");
        ResultFile.write(RESULT, file);
        assertThat(ResultFile.read(file)).isEqualTo(RESULT);
    }

    static Stream<Path> rowFiles() throws IOException {
        try (Stream<Path> files = Files.list(Path.of("workloads"))) {
            return files.toList().stream();
        }
    }

    @ParameterizedTest
    @MethodSource("rowFiles")
    void everyRowOfTheSuiteCanBeRead(Path file) {
        RowFile row = RowFile.read(file);
        assertThat(row.title()).isNotBlank();
        assertThat(
                        !row.targets().isEmpty()
                                || row.variation()
                                        .filter(variation ->
                                                variation.growth().isPresent()
                                                        || !variation.targets().isEmpty())
                                        .isPresent())
                .as("something is wanted of it")
                .isTrue();
    }

    @Test
    void aValueOfTheRowMayHaveItsOwnTarget() throws IOException {
        Path file =
                Files.writeString(
                        directory.resolve("x.yaml"),
                        """
                        driver: raw
                        suite:
                          vary:
                            key: producers.rate
                            values: [25%, 50%]
                            growth: broker-cpu-per-request-us
                            growth-at-most: 1.2
                            targets:
                              50%:
                                acknowledged-p99.9-ms: "<= 0.5"
                        """);
        RowFile.Variation variation = RowFile.read(file).variation().orElseThrow();
        assertThat(variation.values()).containsExactly("25%", "50%");
        assertThat(variation.targets())
                .isEqualTo(
                        Map.of(
                                "50%",
                                Map.of("acknowledged-p99.9-ms", new Target(false, 0.5, false))));
        assertThat(variation.growth())
                .contains(new RowFile.Growth("broker-cpu-per-request-us", Target.alone(1.2)));
    }

    @Test
    void aLongRowSaysHowOftenItIsMeasured() throws IOException {
        Path file = directory.resolve("x.yaml");
        Files.writeString(file, "suite.rounds: 1\n");
        assertThat(RowFile.read(file).compared().rounds()).contains(1);
        Files.writeString(file, "suite.title: short\n");
        assertThat(RowFile.read(file).compared().rounds()).isEmpty();
        Files.writeString(file, "suite.rounds: 0\n");
        assertThatThrownBy(() -> RowFile.read(file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("suite.rounds");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "suite.vary: {key: producers.count, values: [1]} | needs at least two suite.vary.values",
                "suite: {floor: true, vary: {key: producers.count, values: [1, 2]}} | and no suite.floor",
                "suite.vary: {key: producers.count, values: [1, 2], targets: {3: {broker-cpu-s: '<= 1'}}} | names none of the values 1, 2",
                "suite.vary: {key: producers.count, values: [1, 2], growth: sped} | there is no figure sped",
                "suite.vary: {kye: producers.count} | suite.vary.kye",
                "suite.vary: {key: producers.cuont, values: [1, 2]} | producers.cuont",
                "suite.vary: {key: producers.count, values: [1, many]} | many",
                "suite.vary: {key: producers.rate, values: [50%, x%]} | x%",
                "suite.vary: {key: producers.count, values: [50%, 100%]} | 50%",
            })
    void aVariationThatCannotBeMeasuredIsRefused(String text, String why) throws IOException {
        Path file = Files.writeString(directory.resolve("x.yaml"), text);
        assertThatThrownBy(() -> RowFile.read(file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(why);
    }

    @Test
    void aTargetOfAFigureThatThereIsNotIsRefused() throws IOException {
        Path file =
                Files.writeString(
                        directory.resolve("x.yaml"), "suite.targets:\n  spead: \">= 1\"\n");
        assertThatThrownBy(() -> RowFile.read(file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("there is no figure spead");
    }

    @Test
    void aSystemWithoutARoundThatCountsHasNoFigureAndLendsItsPlaceToNobody() throws IOException {
        Result result =
                new Result(
                        "row",
                        "what it is",
                        "2026-11-30T10:00:00Z",
                        "./mortise bench suite --row row",
                        List.of(
                                new Result.Entry(
                                        "longest",
                                        "ms",
                                        false,
                                        Map.of("kafka", List.of(20.0)),
                                        Optional.of(Target.alone(50)))),
                        List.of("mortise, round 1: does not count"));
        ResultFile.write(result, directory.resolve("row.json"));
        Path page =
                Files.writeString(
                        directory.resolve("page.md"),
                        "<!-- begin: mortise bench suite -->\n<!-- end: mortise bench suite -->\n");

        PerformancePage.renew(page, directory, List.of("row"));

        assertThat(Files.readString(page))
                .contains("| **row**: what it is | longest, ms | – | 20 | – | ≤ 50 | – |")
                .contains("**missed** row, longest: no round of Mortise counts");
    }

    @Test
    void aRowOfWhichNoRoundCountsSaysSo() throws IOException {
        Result result =
                new Result(
                        "row",
                        "what it is",
                        "2026-11-30T10:00:00Z",
                        "./mortise bench suite --row row",
                        List.of(),
                        List.of("mortise, round 1: does not count"));
        ResultFile.write(result, directory.resolve("row.json"));
        Path page =
                Files.writeString(
                        directory.resolve("page.md"),
                        "<!-- begin: mortise bench suite -->\n<!-- end: mortise bench suite -->\n");

        PerformancePage.renew(page, directory, List.of("row"));

        assertThat(Files.readString(page))
                .contains("| **row**: what it is | no round counts | – | – | – | – | – |\n");
    }

    @Test
    void thePageHasTheRowTheMissAndWhatIsMissing() throws IOException {
        ResultFile.write(RESULT, directory.resolve("row.json"));
        Path page =
                Files.writeString(
                        directory.resolve("page.md"),
                        "before\n<!-- begin: mortise bench suite -->\nold\n<!-- end: mortise bench suite -->\nafter\n");

        PerformancePage.renew(page, directory, List.of("row", "other"));

        assertThat(Files.readString(page))
                .startsWith("before\n")
                .endsWith("after\n")
                .doesNotContain("old")
                .contains(
                        "| **row**: what it is | produced per broker CPU-second, MB | 31 (30–32) | 11 (10–12) | 2.82× | ≥ 3× | 0.50 |")
                .contains(
                        "**missed** row, produced per broker CPU-second: 2.82× where ≥ 3× is wanted")
                .contains("**missed** row, growth: 1.40 (1.10–1.50) where ≤ 1.3 is wanted")
                .contains("Not measured yet: other.")
                .contains("with care: busy");
    }
}
