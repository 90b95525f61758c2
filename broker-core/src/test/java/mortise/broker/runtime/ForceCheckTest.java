package mortise.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import mortise.api.Clock;
import mortise.api.metrics.Metrics;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@ForceCheck.Deliberate
class ForceCheckTest {
    @TempDir private Path directory;

    private final Execution execution =
            new ThreadedExecution(Clock.system(), new SplittableRandom(1), Metrics.discarding());

    private void force() {
        try (FileChannel file =
                FileChannel.open(
                        directory.resolve("f"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE)) {
            file.force(true);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Forces in a thread of this role, under a watch of its own. */
    private List<String> forcedBy(Executor role) throws IOException {
        List<String> wrong;
        try (ForceCheck.Watch watch = new ForceCheck.Watch()) {
            CompletableFuture.runAsync(this::force, role).join();
            wrong = watch.ended();
        }
        return wrong;
    }

    @Test
    void aForceOnADrainOrTheQuorumsExecutorIsFoundWithItsPlace() throws IOException {
        assertThat(forcedBy(task -> execution.threads("flush-0").newThread(task).start()))
                .isEmpty();
        assertThat(forcedBy(execution.serial("lifecycle"))).isEmpty();
        for (Executor role :
                List.<Executor>of(
                        task -> execution.threads("drain").newThread(task).start(),
                        task -> execution.threads("net").newThread(task).start(),
                        execution.serial("raft-quorum"),
                        execution.serial("controller"))) {
            assertThat(forcedBy(role))
                    .singleElement()
                    .asString()
                    .contains("forces " + directory.resolve("f"), "ForceCheckTest.force:");
        }
    }
}
