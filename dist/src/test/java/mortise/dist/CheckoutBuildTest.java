package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the start script of a checkout builds, and what it says meanwhile. */
@Timeout(120)
class CheckoutBuildTest {
    private static final FileTime LATER = FileTime.from(Instant.parse("2100-01-01T00:00:00Z"));

    @TempDir Path directory;

    private FakeCheckout checkout;

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = new FakeCheckout(directory);
    }

    /** The tools of this machine, with or without flock. */
    private Map<String, String> tools(boolean flock) throws IOException {
        if (flock) {
            return Map.of();
        }
        Path tools = Files.createDirectories(directory.resolve("tools"));
        for (String place : System.getenv("PATH").split(":", -1)) {
            if (Files.isDirectory(Path.of(place))) {
                try (var found = Files.list(Path.of(place))) {
                    for (Path tool : found.toList()) {
                        Path link = tools.resolve(tool.getFileName());
                        if (!tool.endsWith("flock") && !Files.exists(link)) {
                            Files.deleteIfExists(link);
                            Files.createSymbolicLink(link, tool);
                        }
                    }
                }
            }
        }
        return Map.of("PATH", tools.toString());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theSecondLaunchWaitsForTheFirstAndFindsItBuilt(boolean flock) throws Exception {
        checkout.close();
        try (FakeCheckout.Launch first = checkout.launch(tools(flock), "--version")) {
            first.says("mortise: building with ");
            try (FakeCheckout.Launch second = checkout.launch(tools(flock), "--version");
                    FakeCheckout.Launch third = checkout.launch(tools(flock), "build")) {
                second.says("mortise: waiting for another build in this checkout");
                third.says("mortise: waiting for another build in this checkout");
                checkout.open();
                assertThat(first.status()).as(first.seen().toString()).isZero();
                assertThat(second.status()).as(second.seen().toString()).isZero();
                assertThat(third.status()).as(third.seen().toString()).isZero();
                assertThat(second.seen()).hasSize(1);
            }
        }
        assertThat(checkout.builds()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aBuildThatWasKilledHoldsUpNobody(boolean flock) throws Exception {
        checkout.close();
        try (FakeCheckout.Launch first = checkout.launch(tools(flock), "build")) {
            first.says("mortise: building with ");
            first.kill();
        }
        Files.delete(checkout.root().resolve("gate"));
        BrokerProcess.Finished second = checkout.run(tools(flock), "--version");
        assertThat(second.status()).as(second.err()).isZero();
        assertThat(second.err()).doesNotContain("waiting");
        assertThat(checkout.root().resolve("dist/target/mortise/lib/a.jar")).hasContent("one");
    }

    @Test
    void whatTheBuildLeavesRunningHoldsNoLock() throws Exception {
        assertThat(checkout.run("--version").out()).startsWith("ran ");
        Path descriptors = directory.resolve("descriptors");
        Files.writeString(
                directory.resolve("jdk/bin/java"),
                "#!/bin/sh\nls -l /proc/$$/fd > " + descriptors + "\n");
        checkout.source("two");
        assertThat(checkout.run("--version").status()).isZero();
        assertThat(Files.readString(descriptors)).doesNotContain("build.lock");
    }

    @Test
    void aChangedTimeBuildsNothing() throws Exception {
        assertThat(checkout.run("--version").err())
                .contains("mortise: building with ", "the first time takes some minutes")
                .containsPattern("mortise: built in \\d+ s\n");
        Files.setLastModifiedTime(checkout.source(), LATER);
        BrokerProcess.Finished again = checkout.run("--version");
        assertThat(again.err()).isEmpty();
        assertThat(again.out()).startsWith("ran ");
        assertThat(checkout.builds()).isEqualTo(1);
    }

    @Test
    void changedBytesBuild() throws Exception {
        checkout.run("--version");
        checkout.source("two");
        assertThat(checkout.run("--version").err()).contains("something has changed");
        assertThat(checkout.root().resolve("dist/target/mortise/lib/a.jar")).hasContent("two");

        Path added = checkout.root().resolve("core/src/main/java/B.java");
        Files.writeString(added, "more");
        checkout.run("--version");
        assertThat(checkout.builds()).isEqualTo(3);
        Files.delete(added);
        checkout.run("--version");
        assertThat(checkout.builds()).as("after a file was removed").isEqualTo(4);
        checkout.run("--version");
        assertThat(checkout.builds()).isEqualTo(4);
    }

    @Test
    void whatAnotherMavenHasLaidOutSinceIsNotTrusted() throws Exception {
        checkout.run("--version");
        Path jar = checkout.root().resolve("dist/target/mortise/lib/a.jar");
        Files.writeString(jar, "of another state of the sources");
        Files.setLastModifiedTime(jar, LATER);
        checkout.run("--version");
        assertThat(jar).hasContent("one");
        assertThat(checkout.builds()).isEqualTo(2);
    }

    @Test
    void aBuildThatFailedIsTriedAgainAndNamesItsLog() throws Exception {
        checkout.run("--version");
        checkout.source("broken");
        for (int launch = 0; launch < 2; launch++) {
            BrokerProcess.Finished failed = checkout.run("--version");
            assertThat(failed.status()).isEqualTo(70);
            assertThat(failed.err())
                    .contains("[ERROR] A.java is broken")
                    .contains("mortise: the build failed; all of its output is in ")
                    .doesNotContain("Compiling");
        }
        // what lies there may be half of the failed build: the old sources are built again
        checkout.source("one");
        assertThat(checkout.run("--version").status()).isZero();
        assertThat(checkout.builds()).isEqualTo(4);
    }

    @Test
    void aPersonAtATerminalSeesEachModuleAndAPipeDoesNot() {
        assertThat(checkout.run("build").err().lines()).hasSize(2);
        BrokerProcess.Finished terminal =
                BrokerProcess.run(
                        Map.of("JAVA_HOME", directory.resolve("jdk").toString()),
                        List.of(
                                "sh",
                                "-c",
                                "command -v script > /dev/null || exit 77; exec script -qec \"$0 build\" /dev/null",
                                checkout.root().resolve("mortise").toString()),
                        "");
        assumeTrue(terminal.status() != 77, "script(1) of util-linux is not on this machine");
        assertThat(terminal.out())
                .contains("mortise: building with ", "mortise:   Mortise core 1 [1/2]")
                .doesNotContain("Compiling");
    }

    @Test
    void aRunOfTheTestsIsShortAndNamesTheLogOfWhatFailed() throws Exception {
        BrokerProcess.Finished good = checkout.run("test");
        assertThat(good.status()).as(good.err()).isZero();
        assertThat(good.out().lines())
                .containsExactly(
                        "[INFO] Building Mortise core 1 [1/2]",
                        "[INFO] Tests run: 3, Failures: 0, Errors: 0, Skipped: 0, Time elapsed: 1 s -- in core.OneTest");
        assertThat(checkout.run("--version").err()).as("tests build what is started").isEmpty();

        checkout.source("broken");
        BrokerProcess.Finished failed = checkout.run("test");
        assertThat(failed.status()).isEqualTo(1);
        assertThat(failed.out()).contains("[ERROR] A.java is broken");
        assertThat(failed.err())
                .contains("core/target/surefire-reports/core.TwoTest.txt; what it logged: ")
                .contains("core/target/surefire-reports/core.TwoTest-output.txt\n")
                .contains("all of Maven's output is in ");
    }

    @Test
    void oneModuleOrOneTestIsTheInnerLoop() throws Exception {
        Path tests = checkout.root().resolve("core/src/test/java/core/deep");
        Files.createDirectories(tests);
        Files.writeString(checkout.root().resolve("core/pom.xml"), "<project/>");
        Files.writeString(tests.resolve("OneTest.java"), "");
        Files.writeString(tests.resolve("TwoTest.java"), "");

        assertThat(checkout.run("test", "core/").status()).isZero();
        assertThat(checkout.run("test", "core", "OneTest#works", "-Dmortise.seed=3").status())
                .isZero();
        assertThat(Files.readAllLines(checkout.root().resolve("runs")))
                .satisfiesExactly(
                        whole ->
                                assertThat(whole)
                                        .contains("test -pl core -am ")
                                        .contains(" -Dtest=core.deep.OneTest,core.deep.TwoTest "),
                        one ->
                                assertThat(one)
                                        .contains(" -Dtest=core.deep.OneTest#works ")
                                        .endsWith(" -Dmortise.seed=3"));
    }

    @Test
    @ExtendWith(ErrorsPage.class)
    void aModuleOrTestThatIsNotThereIsRefusedWithWhatIs() throws Exception {
        Path tests = checkout.root().resolve("core/src/test/java");
        Files.createDirectories(tests);
        Files.writeString(checkout.root().resolve("core/pom.xml"), "<project/>");
        Files.writeString(tests.resolve("FrameTest.java"), "");

        BrokerProcess.Finished module = checkout.run("test", "cor");
        assertThat(module.status()).isEqualTo(2);
        assertThat(module.err())
                .isEqualTo("mortise: no module with tests lies in cor; these do: core\n");
        BrokerProcess.Finished test = checkout.run("test", "core", "frame");
        assertThat(test.status()).isEqualTo(2);
        assertThat(test.err())
                .isEqualTo("mortise: core has no class of tests frame; near it: FrameTest\n");
        ErrorsPage.saw(module.err());
        ErrorsPage.saw(test.err());
        assertThat(checkout.builds()).isZero();
    }
}
