package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import mortise.dist.DocumentedPage.Block;
import mortise.dist.DocumentedPage.LeftOut;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command of the README and of {@code docs}, taken from the pages as it stands and run in a
 * copy of the checkout. What is not run stands in a table of {@code docs/testing.md} with its
 * reason.
 */
class DocumentedCommandsTest {
    private static final Path WORK = Path.of("target/documented").toAbsolutePath();
    private static final boolean EVERYTHING =
            "all".equals(System.getProperty("mortise.documented"));

    /** One page alone; empty for all. */
    private static final String PAGE = System.getProperty("mortise.documented.page", "");

    private static final long PATIENCE_SECONDS = 300;
    private static final long PATIENCE_WHERE_IT_BUILDS_SECONDS = 2_400;

    /** What a page takes for granted. */
    private static final Map<String, String> BEFORE =
            Map.of(
                    "docs/partitioners.md",
                    """
                    export PATH="$PWD:$PATH"
                    mortise start > start.out 2> start.err &
                    for i in $(seq 300); do grep -q 'is ready' start.out && break; sleep 0.1; done
                    mortise topics create orders --partitions 3
                    """);

    private static boolean isRun(Block block) {
        return DocumentedPage.leftOut().stream()
                .noneMatch(row -> row.isOf(block) && !(EVERYTHING && row.slow()));
    }

    static Stream<String> pages() {
        return DocumentedPage.all().stream()
                .filter(page -> page.blocks().stream().anyMatch(DocumentedCommandsTest::isRun))
                .map(DocumentedPage::name)
                .filter(name -> PAGE.isEmpty() || name.equals(PAGE));
    }

    @ParameterizedTest
    @MethodSource("pages")
    void theCommandsOfThePageWork(String name) throws IOException {
        Kcat.required();
        assumeTrue(
                ScratchCheckout.ownNetwork(),
                "this machine lets nobody have a network of its own (unshare -rn), so that the ports of the documentation may not be free");
        Path work = WORK.resolve(name.replace('/', '-'));
        clear(work);
        ScratchCheckout checkout = new ScratchCheckout(work);
        DocumentedPage page = DocumentedPage.read(name);
        boolean builds =
                page.blocks().stream().anyMatch(block -> block.text().contains("mortise build"));
        if (!builds) {
            checkout.putBrokerInPlace();
        }
        Path output = WORK.resolve(name.replace('/', '-') + ".log");
        if (page.blocks().stream().anyMatch(block -> block.text().contains("mortise publish"))) {
            checkout.fetchWhatPublishingTakes(output, PATIENCE_SECONDS);
        }
        int status =
                checkout.run(
                        script(page),
                        output,
                        builds ? PATIENCE_WHERE_IT_BUILDS_SECONDS : PATIENCE_SECONDS);
        assertThat(status)
                .as("%s failed: %s%nThe end of it:%n%s", name, output, end(output))
                .isZero();
        clear(work);
    }

    private static String end(Path output) throws IOException {
        List<String> lines = Files.readAllLines(output);
        return String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size()));
    }

    /** All blocks of a page that are run, one after the other. */
    private static String script(DocumentedPage page) {
        StringBuilder script = new StringBuilder("set -eu\n");
        script.append(BEFORE.getOrDefault(page.name(), ""));
        for (Block block : page.blocks()) {
            if (isRun(block)) {
                script.append("echo '::: block ").append(block.number()).append("'\n");
                String text = block.text().stripTrailing();
                script.append(text);
                if (block.endsInABroker()) {
                    script.append(
                            " > start.out 2> start.err &\nfor i in $(seq 300); do grep -q 'is ready' start.out && break; sleep 0.1; done\ngrep 'is ready' start.out || { cat start.err; exit 1; }");
                }
                script.append('\n');
            }
        }
        return script.toString();
    }

    @Test
    void whatIsNotRunIsThere() {
        List<Block> blocks =
                DocumentedPage.all().stream().flatMap(page -> page.blocks().stream()).toList();
        assertThat(blocks).hasSizeGreaterThan(15);
        assertThat(DocumentedPage.leftOut())
                .isNotEmpty()
                .allSatisfy(row -> {
                    assertThat(blocks).as("blocks of %s", row).anyMatch(row::isOf);
                    assertThat(row.reason()).matches("(never|slow): .{10,}");
                })
                .filteredOn(LeftOut::slow)
                .isNotEmpty();
    }

    @Test
    void commandsStandInBlocksThatAreRun() {
        assertThat(DocumentedPage.all())
                .allSatisfy(page ->
                        assertThat(page.indented())
                                .as("commands of %s outside of ```sh", page.name())
                                .isEmpty());
    }

    private static void clear(Path directory) throws IOException {
        if (Files.exists(directory)) {
            try (Stream<Path> all = Files.walk(directory)) {
                for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
