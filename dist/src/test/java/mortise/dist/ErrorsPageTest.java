package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every row of {@code docs/errors.md} names a test that exists. */
class ErrorsPageTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern TEST = Pattern.compile("`(\\w+Test)#(\\w+)`");

    @Test
    void everyRowHasItsTest() throws IOException {
        List<String> problems = new ArrayList<>();
        int rows = 0;
        boolean inTable = false;
        for (String line : Files.readAllLines(ROOT.resolve("docs/errors.md"))) {
            boolean row = line.startsWith("|") && !line.startsWith("|--");
            if (line.startsWith("|--")) {
                inTable = true;
            } else if (!row) {
                inTable = false;
            } else if (inTable) {
                rows++;
                check(line, problems);
            }
        }
        assertThat(problems).isEmpty();
        assertThat(rows).as("rows of docs/errors.md").isGreaterThan(20);
    }

    private static void check(String row, List<String> problems) throws IOException {
        Matcher matcher = TEST.matcher(row);
        if (!matcher.find()) {
            problems.add("names no test: " + row);
            return;
        }
        do {
            if (!exists(matcher.group(1), matcher.group(2))) {
                problems.add("there is no " + matcher.group() + ": " + row);
            }
        } while (matcher.find());
    }

    private static boolean exists(String type, String method) throws IOException {
        try (Stream<Path> files =
                Files.find(
                        ROOT,
                        14,
                        (path, attributes) ->
                                path.endsWith(type + ".java")
                                        && path.toString().contains("src/test"))) {
            for (Path file : files.toList()) {
                if (Pattern.compile("void " + method + "\\(")
                        .matcher(Files.readString(file))
                        .find()) {
                    return true;
                }
            }
            return false;
        }
    }
}
