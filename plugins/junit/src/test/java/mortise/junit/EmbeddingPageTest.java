package mortise.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.StringWriter;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** The examples of {@code docs/embedding.md}, compiled and run as they stand there. */
class EmbeddingPageTest {
    private static final Path PAGE = Path.of("../../docs/embedding.md");
    private static final Pattern CLASS = Pattern.compile("^class (\\w+)", Pattern.MULTILINE);

    @TempDir private Path directory;

    private static List<String> blocks(String language) throws Exception {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(Files.readString(PAGE))
                .results()
                .map(block -> block.group(1))
                .toList();
    }

    private static String nameOf(String source) {
        return CLASS.matcher(source)
                .results()
                .map((MatchResult found) -> found.group(1))
                .findFirst()
                .orElseThrow();
    }

    private Class<?> compiled(String name, ClassLoader loader) throws Exception {
        String source =
                blocks("java").stream()
                        .filter(block -> nameOf(block).equals(name))
                        .findFirst()
                        .orElseThrow();
        Path file = directory.resolve(name + ".java");
        Files.writeString(file, source);
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter problems = new StringWriter();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(null, Locale.ROOT, null)) {
            boolean good =
                    compiler.getTask(
                                    problems,
                                    files,
                                    null,
                                    List.of(
                                            "-proc:none",
                                            "-parameters",
                                            "-d",
                                            directory.toString(),
                                            "-classpath",
                                            System.getProperty("java.class.path")),
                                    null,
                                    files.getJavaFileObjects(file))
                            .call();
            assertThat(good).as("%s compiles: %s", name, problems).isTrue();
        }
        return loader.loadClass(name);
    }

    private URLClassLoader loader() throws Exception {
        return new URLClassLoader(
                new URL[] {directory.toUri().toURL()}, EmbeddingPageTest.class.getClassLoader());
    }

    @ParameterizedTest
    @ValueSource(strings = {"AnnotatedOrdersTest", "FieldOrdersTest"})
    void theTestsOfThePageSucceed(String name) throws Exception {
        try (URLClassLoader loader = loader()) {
            SummaryGeneratingListener listener = new SummaryGeneratingListener();
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selectClass(compiled(name, loader)))
                                    .build(),
                            listener);
            assertThat(
                            listener.getSummary().getFailures().stream()
                                    .map(failure -> failure.getException().toString()))
                    .isEmpty();
            assertThat(listener.getSummary().getTestsSucceededCount()).isPositive();
        }
    }

    @Test
    void theProgramOfThePageRuns() throws Exception {
        try (URLClassLoader loader = loader()) {
            Method main =
                    compiled("EmbeddedExample", loader).getDeclaredMethod("main", String[].class);
            main.setAccessible(true);
            main.invoke(null, (Object) new String[0]);
        }
    }

    @Test
    void everyExampleIsHeldByATest() throws Exception {
        assertThat(blocks("java").stream().map(EmbeddingPageTest::nameOf))
                .containsExactlyInAnyOrder(
                        "AnnotatedOrdersTest", "FieldOrdersTest", "EmbeddedExample");
    }

    @Test
    void theDependenciesAreThoseOfTheOutsideProjects() throws Exception {
        String projects = "";
        for (String name : List.of("class-path", "older-java", "program")) {
            projects += Files.readString(Path.of("src/it", name, "pom.xml"));
        }
        List<String> shown = blocks("xml");
        assertThat(shown).hasSizeGreaterThanOrEqualTo(3);
        for (String dependency : shown) {
            assertThat(projects).contains(dependency);
        }
    }
}
