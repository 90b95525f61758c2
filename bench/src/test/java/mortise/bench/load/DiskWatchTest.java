package mortise.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.bench.workload.UsageException;
import mortise.bench.workload.Workload;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** That a preload counts as cold only if it is, and a topic as cleaned only if it was. */
class DiskWatchTest {
    private static final int MEGABYTE = 1 << 20;

    // on a disk: what lies in memory has no other place to be forgotten to
    private final Path data = Path.of("target", "disk-watch");
    private final Window window = Window.of(Clock.system().nanoTime(), Duration.ofHours(1));

    @BeforeEach
    @AfterEach
    void remove() throws IOException {
        for (String name : List.of("topic-0", "local/logs/topic-11", "topic-0-beside", "topic-x")) {
            Path directory = data.resolve(name);
            if (Files.exists(directory)) {
                try (Stream<Path> files = Files.list(directory)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
            }
            Files.createDirectories(directory);
        }
    }

    private void segment(String name, int bytes) throws IOException {
        Files.write(data.resolve(name), new byte[bytes]);
    }

    private Run run(Map<String, String> texts) {
        Map<String, String> all = new HashMap<>(Map.of("driver", "raw"));
        all.putAll(texts);
        return new Run(
                Workload.of("mine", all),
                new HostPort("127.0.0.1", 1),
                "topic",
                window,
                Run.Notes.of(window),
                Clock.system());
    }

    private Run cold(String preload) {
        return run(Map.of("topic.preload", preload, "topic.cold", "true"));
    }

    @Test
    void aForgottenPreloadIsColdAndSaysSo() throws IOException {
        segment("topic-0/00.log", MEGABYTE);
        segment("local/logs/topic-11/00.log", MEGABYTE);
        Run run = cold("2MiB");
        DiskWatch disk = new DiskWatch(List.of(run), Optional.of(data));

        disk.forgetPreloads();
        disk.begins();

        assertThat(disk.seen().resident()).contains(0.0);
        assertThat(run.notes().failures().all()).isEmpty();
    }

    @Test
    void aPreloadThatIsInMemoryAgainFailsTheRound() throws IOException {
        segment("topic-0/00.log", MEGABYTE);
        segment("local/logs/topic-11/00.log", MEGABYTE);
        Run run = cold("2MiB");
        DiskWatch disk = new DiskWatch(List.of(run), Optional.of(data));

        disk.forgetPreloads();
        Files.readAllBytes(data.resolve("topic-0/00.log"));
        disk.begins();

        assertThat(disk.seen().resident()).contains(0.5);
        assertThat(run.notes().failures().all())
                .containsExactly(
                        "50.0% of the preload was in the page cache before it was read, and no more than 5% may be");
    }

    @Test
    void aPreloadThatIsElsewhereIsNoColdOne() throws IOException {
        segment("topic-0/00.log", MEGABYTE);
        segment("topic-0-beside/00.log", MEGABYTE);
        segment("topic-x/00.log", MEGABYTE);
        segment("topic-0/00.log.deleted", MEGABYTE);
        DiskWatch disk = new DiskWatch(List.of(cold("2MiB")), Optional.of(data));

        assertThatThrownBy(disk::forgetPreloads)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("have 1,048,576 bytes, and 2,097,152 were preloaded");
    }

    @Test
    void whatIsLeftIsAShareOfWhatWasProduced() throws IOException {
        segment("topic-0/00.log", MEGABYTE);
        segment("topic-0/01.log.deleted", MEGABYTE);
        Run run = run(Map.of("topic.left-at-most", "0.5"));
        DiskWatch disk = new DiskWatch(List.of(run), Optional.of(data));

        disk.ends();
        long now = Clock.system().nanoTime();
        run.notes().produced().count(now, 1, 4 * MEGABYTE);
        run.notes().produced().tick(now);

        assertThat(disk.seen().left()).contains(0.25);
        assertThat(run.notes().failures().all()).isEmpty();
    }

    @Test
    void aTopicThatWasNotCleanedFailsTheRound() throws IOException {
        segment("topic-0/00.log", 3 * MEGABYTE);
        Run run = run(Map.of("topic.left-at-most", "0.5"));
        DiskWatch disk = new DiskWatch(List.of(run), Optional.of(data));

        disk.ends();
        long now = Clock.system().nanoTime();
        run.notes().produced().count(now, 1, 4 * MEGABYTE);
        run.notes().produced().tick(now);

        assertThat(disk.seen().left()).contains(0.75);
        assertThat(run.notes().failures().all())
                .containsExactly(
                        "75% of what was produced to topic while measuring is on disk at the end, and topic.left-at-most allows 50%: the system did not clean");
    }

    @Test
    void aBrokerWhoseFilesAreNotSeenIsRefused() {
        Run run = cold("2MiB");
        assertThatThrownBy(() -> new DiskWatch(List.of(run), Optional.empty()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("for systems that the bench starts");
    }
}
