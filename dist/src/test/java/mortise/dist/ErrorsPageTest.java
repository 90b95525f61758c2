package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every row of {@code docs/errors.md} has a test that runs, and that {@link ErrorsPage} holds to
 * the row's line.
 */
class ErrorsPageTest {
    private static final List<ErrorsPage.Row> ROWS = ErrorsPage.rows();

    private static String source(String type) {
        try (Stream<Path> files =
                Files.find(
                        ErrorsPage.ROOT,
                        14,
                        (path, attributes) ->
                                path.endsWith(type + ".java")
                                        && path.toString().contains("src/test"))) {
            StringBuilder all = new StringBuilder();
            for (Path file : files.toList()) {
                all.append(Files.readString(file));
            }
            return all.toString();
        } catch (IOException failure) {
            throw new UncheckedIOException("looking for " + type, failure);
        }
    }

    private static boolean isTest(String source, String method) {
        return Pattern.compile(
                        "@(Test|ParameterizedTest|Seeded)\\b[^{};]*(\\{[^}]*\\}[^{};]*)?void "
                                + method
                                + "\\(")
                .matcher(source)
                .find();
    }

    @Test
    void everyRowNamesATestThatRuns() {
        assertThat(ROWS).as("rows of docs/errors.md").hasSizeGreaterThan(60);
        assertThat(ROWS)
                .allSatisfy(row -> {
                    String source = source(row.type());
                    assertThat(isTest(source, row.method()))
                            .as("%s#%s is a test", row.type(), row.method())
                            .isTrue();
                    assertThat(source).as(row.type()).doesNotContain("@Disabled");
                });
    }

    @Test
    void everyLineIsHeldToWhatItsTestSees() {
        assertThat(ROWS.stream().filter(row -> !row.line().isEmpty()))
                .allSatisfy(row ->
                        assertThat(source(row.type()))
                                .as("%s hands in what it sees", row.type())
                                .contains("@ExtendWith(ErrorsPage.class)"));
    }

    @Test
    void everyLineSaysMoreThanItsPlaceholders() {
        assertThat(ROWS.stream().filter(row -> !row.line().isEmpty()))
                .allSatisfy(row -> assertThat(row.literals()).as(row.line()).isGreaterThan(20));
    }
}
