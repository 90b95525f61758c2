package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Holds {@code docs/errors.md} to what is printed. A test class with this extension hands in every
 * line that it sees ({@link #saw}); after each test the line of every row that names the test must
 * have been seen, word for word but for what stands in angle brackets, and a test that no row names
 * fails.
 */
final class ErrorsPage implements BeforeEachCallback, AfterEachCallback {
    static final Path ROOT = Path.of("..").toAbsolutePath().normalize();

    private static final Path PAGE = ROOT.resolve("docs/errors.md");
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)#(\\w+)`");
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    private static final Pattern LOGGED =
            Pattern.compile("\\d{4}-\\d\\d-\\d\\dT\\S+ (\\w+) +\\S+ (.*)");

    private static final Set<String> SEEN = new LinkedHashSet<>();

    /**
     * A row of the page.
     *
     * @param line what is printed, with placeholders in angle brackets; empty if nothing is
     */
    record Row(String cause, String line, String type, String method) {
        Pattern pattern() {
            StringBuilder regex = new StringBuilder();
            Matcher placeholder = Pattern.compile("<[a-z ]+>").matcher(line);
            int at = 0;
            while (placeholder.find()) {
                regex.append(Pattern.quote(line.substring(at, placeholder.start()))).append(".+");
                at = placeholder.end();
            }
            return Pattern.compile(regex.append(Pattern.quote(line.substring(at))).toString());
        }

        /** How many characters of the line are fixed. */
        int literals() {
            return line.replaceAll("<[a-z ]+>", "").length();
        }
    }

    /** The rows of the page's table. */
    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        boolean inTable = false;
        for (String text : lines()) {
            if (text.startsWith("|--")) {
                inTable = true;
            } else if (!text.startsWith("|")) {
                inTable = false;
            } else if (inTable) {
                rows.add(row(text));
            }
        }
        return rows;
    }

    private static Row row(String text) {
        String[] cells = text.split(" \\| ", -1);
        assertThat(cells).as("cells of %s", text).hasSize(3);
        Matcher line = CODE.matcher(cells[1]);
        Matcher test = TEST.matcher(cells[2]);
        assertThat(test.find()).as("a test in %s", text).isTrue();
        return new Row(
                cells[0].substring(1).strip(),
                !cells[1].startsWith("nothing") && line.find() ? line.group(1) : "",
                test.group(1),
                test.group(2));
    }

    private static List<String> lines() {
        try {
            return Files.readAllLines(PAGE);
        } catch (IOException failure) {
            throw new UncheckedIOException("reading " + PAGE, failure);
        }
    }

    /** Lines that a test has seen: of a command, of the broker's log, or of an answer. */
    static void saw(String text) {
        text.lines()
                .map(line -> {
                    Matcher logged = LOGGED.matcher(line);
                    return logged.matches() ? logged.group(1) + " " + logged.group(2) : line;
                })
                .forEach(SEEN::add);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        SEEN.clear();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        if (context.getExecutionException().isPresent()) {
            return;
        }
        String type = context.getRequiredTestClass().getSimpleName();
        String method = context.getRequiredTestMethod().getName();
        List<Row> own =
                rows().stream()
                        .filter(row -> row.type().equals(type) && row.method().equals(method))
                        .toList();
        assertThat(own).as("rows of docs/errors.md that name %s#%s", type, method).isNotEmpty();
        for (Row row : own.stream().filter(each -> !each.line().isEmpty()).toList()) {
            Pattern pattern = row.pattern();
            assertThat(SEEN)
                    .as("the line of docs/errors.md for '%s': %s", row.cause(), row.line())
                    .anyMatch(line -> pattern.matcher(line).matches());
        }
    }
}
