package mortise.junit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code ./mortise publish} publishes, and what it says. In place of Maven there is a script
 * that notes how it is called.
 */
class PublishTest {
    private static final Path CHECKOUT = Path.of("../..").toAbsolutePath().normalize();
    private static final Pattern MANAGED =
            Pattern.compile("<artifactId>(mortise-[a-z0-9-]+)</artifactId><version>");

    /** What only the build and its own programs have. */
    private static final Set<String> NOT_FOR_PROJECTS =
            Set.of(
                    "mortise-wire-generator",
                    "mortise-testing",
                    "mortise-simulation",
                    "mortise-bench",
                    "mortise-bench-peer",
                    "mortise-dist");

    @TempDir private Path copy;

    private record Said(int status, String out, String err) {}

    @BeforeEach
    void layOut() throws IOException {
        Files.createDirectories(copy.resolve("bom"));
        for (String file : List.of("bom/pom.xml", "bom/publish.sh")) {
            Files.copy(CHECKOUT.resolve(file), copy.resolve(file));
        }
        maven("printf '%s\\n' \"$@\" > \"$(dirname \"$0\")/called\"");
    }

    private void maven(String body) throws IOException {
        Path script = Files.writeString(copy.resolve("mvnw"), "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Said publish(String... arguments) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("sh", copy.resolve("bom/publish.sh").toString()));
        command.addAll(List.of(arguments));
        Path out = copy.resolve("out");
        Path err = copy.resolve("err");
        Process script =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile())
                        .start();
        assertThat(script.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Said(script.exitValue(), Files.readString(out), Files.readString(err));
    }

    private List<String> called() throws IOException {
        return Files.readAllLines(copy.resolve("called"), StandardCharsets.UTF_8);
    }

    private static Set<String> artifacts(Path pom) throws IOException {
        Set<String> artifacts = new TreeSet<>();
        MANAGED.matcher(Files.readString(pom))
                .results()
                .map((MatchResult found) -> found.group(1))
                .forEach(artifacts::add);
        return artifacts;
    }

    @Test
    void theBillOfMaterialsHasWhatProjectsMayDependOn() throws IOException {
        Set<String> wanted = artifacts(CHECKOUT.resolve("pom.xml"));
        wanted.removeAll(NOT_FOR_PROJECTS);

        assertThat(artifacts(CHECKOUT.resolve("bom/pom.xml"))).isEqualTo(wanted);
    }

    @Test
    void everyModuleOfTheBuildIsManagedOrIsNotForProjects() throws IOException {
        Set<String> modules = new TreeSet<>();
        Pattern module = Pattern.compile("<module>(.*)</module>");
        Pattern name =
                Pattern.compile("</parent>.*?<artifactId>(.*?)</artifactId>", Pattern.DOTALL);
        for (MatchResult found :
                module.matcher(Files.readString(CHECKOUT.resolve("pom.xml"))).results().toList()) {
            String pom = Files.readString(CHECKOUT.resolve(found.group(1)).resolve("pom.xml"));
            name.matcher(pom).results().forEach(match -> modules.add(match.group(1)));
        }
        modules.removeAll(NOT_FOR_PROJECTS);

        assertThat(artifacts(CHECKOUT.resolve("bom/pom.xml"))).isEqualTo(modules);
    }

    @Test
    void theRepositoryOfTheUserIsTheDefault() throws Exception {
        Said said = publish();

        assertThat(said.status()).as(said.err()).isZero();
        assertThat(called())
                .endsWith("install")
                .contains("-q", "-Dquick", "-Dpublish")
                .doesNotContain("-Dmaven.install.skip=true");
        for (String artifact : artifacts(copy.resolve("bom/pom.xml"))) {
            assertThat(modules()).contains(":" + artifact);
        }
        assertThat(modules())
                .contains(":mortise-bom", ":mortise-parent")
                .doesNotContain(":mortise-dist");
        assertThat(said.out())
                .contains("into the Maven repository of this user")
                .contains("<artifactId>mortise-junit</artifactId>")
                .contains("testImplementation(\"io.mortise:mortise-junit:")
                .contains("implementation(\"io.mortise:mortise-embedded:")
                .contains("mavenLocal()");
    }

    private List<String> modules() throws IOException {
        return List.of(called().get(called().indexOf("-pl") + 1).split(","));
    }

    @Test
    void aDirectoryBecomesARepositoryThatBuildToolsAreToldOf() throws Exception {
        Path directory = copy.resolve("a repository");

        Said said = publish("--to", directory.toString());

        String place = "file://" + directory.toRealPath().toString().replace(" ", "%20");
        assertThat(said.status()).as(said.err()).isZero();
        assertThat(called())
                .endsWith("deploy")
                .contains("-DaltDeploymentRepository=mortise-published::" + place)
                .as("the user's own repository is left alone")
                .contains("-Dmaven.install.skip=true");
        assertThat(said.out())
                .contains("<url>" + place + "</url>")
                .contains("uri(\"" + place + "\")");
    }

    @Test
    void aBuildThatFailsIsSaidWithItsErrorsAndItsLog() throws Exception {
        maven("echo 'a line'; echo '[ERROR] it does not compile'; exit 1");

        Said said = publish();

        assertThat(said.status()).isEqualTo(70);
        assertThat(said.out()).isEmpty();
        assertThat(said.err())
                .contains("[ERROR] it does not compile")
                .contains(copy.toRealPath().resolve("bom/target/publish.log").toString())
                .doesNotContain("a line");
    }

    @Test
    void wrongUseIsSaid() throws Exception {
        for (String[] wrong : new String[][] {{"--to"}, {"--to", ""}, {"there"}}) {
            Said said = publish(wrong);

            assertThat(said.status()).isEqualTo(2);
            assertThat(said.err()).startsWith("usage: mortise publish [--to DIR]");
        }
    }
}
