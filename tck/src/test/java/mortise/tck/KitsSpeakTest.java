package mortise.tck;

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

/**
 * A plugin author reads a kit's failures without its source: every assertion says what it is about.
 */
class KitsSpeakTest {
    private static final Path SOURCES = Path.of("src/main/java");
    private static final Pattern ASSERTION = Pattern.compile("\\bassertThat(\\w*)\\(");

    @Test
    void everyAssertionOfAKitSaysWhatItIsAbout() throws IOException {
        List<String> mute = new ArrayList<>();
        int found = 0;
        try (Stream<Path> files = Files.walk(SOURCES)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).sorted().toList()) {
                String source = Files.readString(file);
                Matcher matcher = ASSERTION.matcher(source);
                while (matcher.find()) {
                    found++;
                    String rest = source.substring(closing(source, matcher.end()));
                    // of assertThatThrownBy the description comes too late: nothing was thrown
                    if (!rest.stripLeading().startsWith(".as(")
                            || matcher.group(1).equals("ThrownBy")) {
                        long line = source.substring(0, matcher.start()).lines().count();
                        mute.add(file.getFileName() + ":" + line);
                    }
                }
            }
        }
        assertThat(mute).as("assertions without as(…), of %d", found).isEmpty();
        assertThat(found).as("assertions that were looked at").isGreaterThan(200);
    }

    /** Behind the parenthesis that closes the one before {@code from}. */
    private static int closing(String source, int from) {
        int depth = 1;
        boolean text = false;
        int at = from;
        for (; depth > 0; at++) {
            char letter = source.charAt(at);
            if (letter == '"' && source.charAt(at - 1) != '\\') {
                text = !text;
            } else if (!text && letter == '(') {
                depth++;
            } else if (!text && letter == ')') {
                depth--;
            }
        }
        return at;
    }
}
