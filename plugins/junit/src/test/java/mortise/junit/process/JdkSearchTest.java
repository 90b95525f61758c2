package mortise.junit.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where a JDK for the test's broker is looked for, on a machine made of folders. */
class JdkSearchTest {
    @TempDir private Path machine;

    private Path jdk(String place, int version) throws IOException {
        Path home = machine.resolve(place);
        Files.createDirectories(home.resolve("bin"));
        Files.writeString(home.resolve("release"), "X=1\nJAVA_VERSION=\"" + version + ".0.1\"\n");
        Path java = Files.writeString(home.resolve("bin/java"), "");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
        return home;
    }

    private JdkSearch search(Map<String, String> environment) {
        return new JdkSearch(
                environment,
                List.of(
                        new JdkSearch.Place(machine.resolve("nowhere"), "*", ""),
                        new JdkSearch.Place(machine.resolve("jvm"), "*", ""),
                        new JdkSearch.Place(machine.resolve("opt"), "*jdk*", "Home")));
    }

    @Test
    void whatIsNamedIsTaken() throws IOException {
        Path named = jdk("named", 25);
        Path other = jdk("other", 26);
        Map<String, String> environment =
                Map.of(
                        "MORTISE_JUNIT_JDK",
                        other.toString(),
                        "JAVA_HOME",
                        jdk("home", 25).toString());

        assertThat(search(environment).find(Optional.of(named.toString())).home()).isEqualTo(named);
        assertThat(search(environment).find(Optional.empty()).home()).isEqualTo(other);
    }

    @Test
    void javaHomeComesBeforeThePathAndThePathBeforeWhatIsInstalled() throws IOException {
        Path installed = jdk("jvm/temurin-25", 25);
        Path onPath = jdk("path", 25);
        Path home = jdk("home", 25);
        Path bin = Files.createDirectories(machine.resolve("bin"));
        Files.createSymbolicLink(bin.resolve("java"), onPath.resolve("bin/java"));
        String path = machine.resolve("empty") + ":" + bin;

        assertThat(
                        search(Map.of("JAVA_HOME", home.toString(), "PATH", path))
                                .find(Optional.empty()))
                .isEqualTo(new Jdk(home, 25));
        assertThat(search(Map.of("PATH", path)).find(Optional.empty()).home().toRealPath())
                .isEqualTo(onPath.toRealPath());
        assertThat(search(Map.of()).find(Optional.empty()).home()).isEqualTo(installed);
    }

    @Test
    void anOlderJdkIsPassedOver() throws IOException {
        Path old = jdk("jvm/17", 17);
        jdk("jvm/21", 21);
        Path inside = jdk("opt/some-jdk/Home", 26);
        jdk("opt/unnamed/Home", 26);

        assertThat(search(Map.of("JAVA_HOME", old.toString())).find(Optional.empty()))
                .isEqualTo(new Jdk(inside, 26));
    }

    @Test
    void theVariablesOfBuildMachinesCount() throws IOException {
        Path numbered = jdk("numbered", 25);

        assertThat(
                        search(
                                        Map.of(
                                                "JAVA_HOME_17_X64",
                                                jdk("17", 17).toString(),
                                                "JAVA_HOME_25_X64",
                                                numbered.toString()))
                                .find(Optional.empty())
                                .home())
                .isEqualTo(numbered);
    }

    @Test
    void whatWasNamedAndCannotRunABrokerIsRefusedByName() throws IOException {
        jdk("jvm/good", 25);
        Path old = jdk("old", 21);
        JdkSearch search = search(Map.of());

        assertThatThrownBy(() -> search.find(Optional.of(old.toString())))
                .hasMessage(
                        "the JDK that was named for the test's broker, "
                                + old
                                + ", is JDK 21; a broker needs JDK 25 or newer");
        assertThatThrownBy(() -> search.find(Optional.of("/nowhere")))
                .hasMessageContaining("/nowhere, is no JDK;");
    }

    @Test
    void nothingFoundSaysWhereItLookedAndWhatHelps() throws IOException {
        Path old = jdk("old", 17);

        assertThatThrownBy(() -> search(Map.of("JAVA_HOME", old.toString())).find(Optional.empty()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith(
                        "no JDK 25 found to run the test's broker; looked at JAVA_HOME ("
                                + old
                                + ", which is JDK 17), ")
                .hasMessageContaining("install a JDK 25")
                .hasMessageContaining("mortise.junit.jdk")
                .hasMessageContaining("MORTISE_JUNIT_JDK");
    }
}
