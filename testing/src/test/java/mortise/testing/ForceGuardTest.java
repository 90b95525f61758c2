package mortise.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

class ForceGuardTest {
    private static final String INNER = "mortise.testing.inner";

    /** Run by the tests below only, with the name of the thread that forces. */
    @EnabledIfSystemProperty(named = INNER, matches = ".+")
    static class OneThatForces {
        @Test
        void forces(@TempDir Path directory) throws InterruptedException {
            run(String.valueOf(System.getProperty(INNER)), () -> force(directory));
        }
    }

    @Test
    void aClassWithAForceOnADrainFails() {
        SummaryGeneratingListener result = runInner("drain-0");

        assertThat(result.getSummary().getTestsSucceededCount()).isEqualTo(1);
        assertThat(result.getSummary().getFailures())
                .singleElement()
                .extracting(failure -> failure.getException().getMessage())
                .asString()
                .contains("forces(", "thread drain-0 (a drain) forced", "ForceGuardTest#force");
    }

    @Test
    void aClassWithAForceElsewhereDoesNot() {
        SummaryGeneratingListener result = runInner("flush-0");

        assertThat(result.getSummary().getTestsSucceededCount()).isEqualTo(1);
        assertThat(result.getSummary().getFailures()).isEmpty();
    }

    private static SummaryGeneratingListener runInner(String thread) {
        SummaryGeneratingListener result = new SummaryGeneratingListener();
        System.setProperty(INNER, thread);
        try {
            LauncherFactory.create()
                    .execute(
                            LauncherDiscoveryRequestBuilder.request()
                                    .selectors(selectClass(OneThatForces.class))
                                    .configurationParameter(
                                            "junit.jupiter.extensions.autodetection.enabled",
                                            "true")
                                    .build(),
                            result);
        } finally {
            System.clearProperty(INNER);
        }
        return result;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"net-0", "drain-12", "raft-quorum", "sim-quorum-0", "controller", "timer-0"})
    void aForceOfAFileOrDirectoryByOneThatMustNotWaitIsFound(String name, @TempDir Path directory)
            throws InterruptedException {
        assertThat(forcesOf(name, directory))
                .hasSize(2)
                .allSatisfy(force -> assertThat(force.thread()).isEqualTo(name))
                .extracting(ForbiddenForce::path)
                .containsExactly(directory.resolve("file").toString(), directory.toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"flush-0", "netty-0", "main", "drained-1"})
    void aForceByAnotherIsNone(String name, @TempDir Path directory) throws InterruptedException {
        assertThat(forcesOf(name, directory)).isEmpty();
    }

    private static List<ForbiddenForce> forcesOf(String name, Path directory)
            throws InterruptedException {
        ForceWatch watch = ForceWatch.start();
        run(name, () -> force(directory));
        return watch.stop();
    }

    @Test
    void aVirtualThreadIsSeenToo(@TempDir Path directory) throws InterruptedException {
        ForceWatch watch = ForceWatch.start();
        Thread.ofVirtual().name("drain-7").start(() -> force(directory)).join();

        assertThat(watch.stop()).hasSize(2);
    }

    @Test
    void whoeverDrainsAMailboxMustNotWait() {
        assertThat(
                        WaitlessThreads.why(
                                "main", List.of("a.B#c", "mortise.broker.mailbox.Mailbox#drain")))
                .contains("in a drain");
        assertThat(WaitlessThreads.why("main", List.of("a.B#c"))).isEmpty();
    }

    private static void run(String name, Runnable work) throws InterruptedException {
        Thread thread = Thread.ofPlatform().name(name).start(work);
        thread.join();
    }

    private static void force(Path directory) {
        try (FileChannel file =
                        FileChannel.open(
                                directory.resolve("file"),
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE);
                FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
            file.force(false);
            names.force(true);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
