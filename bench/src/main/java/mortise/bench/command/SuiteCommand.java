package mortise.bench.command;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import mortise.api.Clock;
import mortise.bench.suite.PerformancePage;
import mortise.bench.suite.Suite;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures the rows of the table in {@code docs/performance.md}. */
@Command(
        name = "suite",
        description =
                "Measure the rows of docs/performance.md, Mortise and Apache Kafka in turns, and write the page's table anew.")
final class SuiteCommand implements Callable<Integer> {
    private static final Path WORKLOADS = Path.of("bench/workloads");
    private static final Path RESULTS = Path.of("bench/results");
    private static final Path PAGE = Path.of("docs/performance.md");

    @Option(names = "--row", paramLabel = "NAME", description = "Only this row; may be repeated.")
    List<String> only = new ArrayList<>();

    @Option(names = "--list", description = "Say which rows there are, and measure nothing.")
    boolean list;

    @Option(names = "--table", description = "Only write the page's table anew from kept results.")
    boolean table;

    @Mixin Turns turns = new Turns();

    private final Clock clock;

    SuiteCommand(Clock clock) {
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Suite suite =
                new Suite(
                        new Suite.Places(
                                WORKLOADS,
                                RESULTS,
                                turns.assembled(),
                                turns.libraries(),
                                turns.work()),
                        new Suite.Conditions(turns.rounds, Turns.PORT, turns.core()),
                        clock,
                        TerminalProgress::new);
        if (list) {
            suite.rows().forEach(System.out::println);
            return 0;
        }
        if (!table) {
            for (String row : only.isEmpty() ? suite.rows() : only) {
                Instant begun = Instant.ofEpochMilli(clock.wallMillis());
                suite.measure(row, Reports.directory(begun, row));
            }
        }
        PerformancePage.renew(PAGE, RESULTS, suite.rows());
        System.out.println("written: " + PAGE);
        return 0;
    }
}
