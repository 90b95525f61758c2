package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What each artifact shows to the others is a reviewed text under {@code
 * src/test/resources/modules}. After an intended change, run with {@code
 * -Dmortise.golden.write=true} and review the difference.
 */
class ModuleDescriptorTest {
    private static final Path GOLDEN = Path.of("src/test/resources/modules");

    static List<Path> classFolders() throws IOException {
        Path root = Path.of("..").toAbsolutePath().normalize();
        try (Stream<Path> files =
                Files.find(
                        root,
                        5,
                        (path, attributes) -> path.endsWith("target/classes/module-info.class"))) {
            return files.map(Path::getParent).sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("classFolders")
    void eachModuleShowsWhatWasReviewed(Path classes) throws IOException {
        String described = describe(classes);
        String name = described.split("[\\s@]", 2)[0];
        Path golden = GOLDEN.resolve(name + ".txt");
        if (Boolean.getBoolean("mortise.golden.write")) {
            Files.createDirectories(GOLDEN);
            Files.writeString(golden, described);
        }
        assertThat(Differences.first(Files.readString(golden), described))
                .as("descriptor of %s", name)
                .isEmpty();
    }

    @Test
    void everyReviewedModuleExists() throws IOException {
        List<String> modules =
                classFolders().stream()
                        .map(ModuleDescriptorTest::describe)
                        .map(text -> text.split("[\\s@]", 2)[0])
                        .toList();
        try (Stream<Path> files = Files.list(GOLDEN)) {
            assertThat(files.map(file -> file.getFileName().toString().replace(".txt", "")))
                    .containsExactlyInAnyOrderElementsOf(modules);
        }
    }

    /** The text of {@code jar --describe-module}, without the location and the JDK's version. */
    private static String describe(Path classes) {
        try {
            Path jar = Files.createTempFile("module", ".jar");
            ToolProvider tool = ToolProvider.findFirst("jar").orElseThrow();
            StringWriter text = new StringWriter();
            PrintWriter out = new PrintWriter(text);
            int created =
                    tool.run(
                            out,
                            out,
                            "--create",
                            "--file",
                            jar.toString(),
                            "-C",
                            classes.toString(),
                            ".");
            int described = tool.run(out, out, "--describe-module", "--file", jar.toString());
            Files.delete(jar);
            assertThat(created + described)
                    .as("jar --describe-module on %s: %s", classes, text)
                    .isZero();
            return text.toString()
                    .lines()
                    .filter(line -> !line.isBlank())
                    .map(line -> line.replaceFirst(" jar:file:.*$", ""))
                    .map(line -> line.startsWith("contains ") ? "" : line)
                    .filter(line -> !line.isEmpty())
                    .reduce("", (all, line) -> all + line + "\n");
        } catch (IOException failure) {
            throw new AssertionError(
                    "describing " + classes + " (" + Locale.getDefault() + ")", failure);
        }
    }
}
