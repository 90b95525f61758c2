package mortise.bench.micro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import mortise.bench.workload.UsageException;
import org.junit.jupiter.api.Test;

/** Which microbenchmarks there are, how they are chosen, and how their results read. */
class MicrobenchmarksTest {
    private static final Pattern NAMED = Pattern.compile("`(\\w+Benchmark\\.\\w+)`");

    private final Microbenchmarks installed = Microbenchmarks.installed();

    private List<String> names(String filter) {
        return installed.matching(filter).stream().map(Microbenchmarks.Entry::name).toList();
    }

    @Test
    void thePageNamesEveryBenchmarkAndNoOther() throws IOException {
        String page = Files.readString(Path.of("../docs/bench.md"));
        TreeSet<String> named = new TreeSet<>();
        NAMED.matcher(page).results().forEach(match -> named.add(match.group(1)));

        List<String> measured =
                names("").stream().filter(name -> !name.endsWith(MicroTable.BASELINE)).toList();

        assertThat(named).containsExactlyElementsOf(measured);
    }

    @Test
    void everyBaselineHasItsBenchmark() {
        List<String> all = names("");
        assertThat(names(MicroTable.BASELINE + "$"))
                .isNotEmpty()
                .allSatisfy(name ->
                        assertThat(all)
                                .contains(
                                        name.substring(
                                                0, name.length() - MicroTable.BASELINE.length())));
    }

    @Test
    void aFilterIsAPartOfANameInAnyCase() {
        assertThat(names("mailbox"))
                .containsExactly("MailboxBenchmark.oneProducer", "MailboxBenchmark.twoProducers");
        assertThat(names("session.*incre")).containsExactly("FetchSessionBenchmark.incremental");
        assertThat(installed.matching(null)).hasSize(names("").size());
    }

    @Test
    void aFilterWithoutAMatchIsOneLineThatSaysWhatThereIs() {
        assertThatThrownBy(() -> installed.matching("mailbax"))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("no microbenchmark matches 'mailbax'; there are Batch")
                .hasMessageContaining(", MailboxBenchmark, ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void aFilterThatIsNoExpressionIsOneLine() {
        assertThatThrownBy(() -> installed.matching("[z"))
                .isInstanceOf(UsageException.class)
                .hasMessage("the filter '[z' is no regular expression: Unclosed character class");
    }

    @Test
    void theTableSaysHowManyTimesAsFastAsKafkaEachIs() {
        String table =
                MicroTable.text(
                        List.of(
                                new MicroTable.Row("A.x", "lz4", 10, 1, "us/op", 64.2),
                                new MicroTable.Row("A.x", "gzip", 40, 2.5, "us/op", 0),
                                new MicroTable.Row("A.xKafka", "lz4", 25, 1, "us/op", 128),
                                new MicroTable.Row("A.xKafka", "gzip", 20, 1, "us/op", 128)));

        assertThat(table.lines())
                .containsExactly(
                        "benchmark        time     ±         B/op  times as fast",
                        "A.x        lz4     10     1  us/op    64           2.50",
                        "A.x        gzip    40  2.50  us/op     0          0.500",
                        "A.xKafka   lz4     25     1  us/op   128",
                        "A.xKafka   gzip    20     1  us/op   128");
    }
}
