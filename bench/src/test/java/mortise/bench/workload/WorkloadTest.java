package mortise.bench.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What workload files may say, and the one line that says what is wrong with one. */
class WorkloadTest {
    @TempDir private Path directory;

    private Path file(String text) throws IOException {
        return Files.writeString(directory.resolve("mine.yaml"), text);
    }

    @Test
    void aFileSaysEverything() throws IOException {
        Workload workload =
                Workload.read(
                        file(
                                """
                                driver: raw
                                duration: 5s
                                topic:
                                  partitions: 3
                                  config:
                                    segment.bytes: 1048576
                                producers:
                                  count: 2
                                  rate: 50_000
                                record:
                                  size: 100B
                                """));

        assertThat(workload.name()).isEqualTo("mine");
        assertThat(workload.measuring().driver()).isEqualTo(Workload.Driver.RAW);
        assertThat(workload.measuring().duration()).isEqualTo(Duration.ofSeconds(5));
        assertThat(workload.topic().config()).isEqualTo(Map.of("segment.bytes", "1048576"));
        assertThat(workload.producers().rate()).isEqualTo(new Rate(50_000));
        assertThat(workload.producers().records().size()).isEqualTo(100);
    }

    @Test
    void whatGoesOnBesideHasTheDriverAndTheTimesOfTheWhole() throws IOException {
        Workload workload =
                Workload.read(
                        file(
                                """
                                driver: raw
                                warm-up: 2s
                                duration: 5s
                                beside:
                                  topic:
                                    partitions: 2
                                    preload: 1MiB
                                    cold: true
                                    config:
                                      cleanup.policy: compact
                                  producers:
                                    count: 0
                                """));

        Workload beside = workload.beside().orElseThrow();
        assertThat(beside.measuring().driver()).isEqualTo(Workload.Driver.RAW);
        assertThat(beside.measuring()).isEqualTo(workload.measuring());
        assertThat(beside.topic().config()).isEqualTo(Map.of("cleanup.policy", "compact"));
        assertThat(beside.topic().partitions()).isEqualTo(2);
        assertThat(beside.topic().cold()).isTrue();
        assertThat(workload.topic().partitions()).isEqualTo(6);
        assertThat(workload.topic().cold()).isFalse();

        Workload longer = workload.lasting(Duration.ofSeconds(1), Duration.ofSeconds(9));
        assertThat(longer.beside().orElseThrow().measuring()).isEqualTo(longer.measuring());
        assertThat(
                        workload.with("beside.consumers.catch-up", "3")
                                .beside()
                                .orElseThrow()
                                .consumers()
                                .catchUp())
                .isEqualTo(3);
    }

    @Test
    void anUnknownKeyNamesTheNearest() throws IOException {
        Path file = file("producers:\n  cuont: 2\n");
        assertThatThrownBy(() -> Workload.read(file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("producers.cuont")
                .hasMessageContaining("producers.count")
                .hasMessageNotContaining("\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'producers.rate: fast' | is no rate; write records a second",
                "'producers.rate: -1' | is no rate",
                "'producers.rate: 900000000' | is more than one driver can send",
                "'producers: {rate: 10000000, count: 1}' | is more than one driver can send",
                "'producers.count: 0' | neither produces nor consumes",
                "'producers.compression: lzma' | is not one of [none, gzip, snappy, lz4, zstd]",
                "'consumers: {count: 1, from: loop}' | has nothing to read: set topic.preload",
                "'{driver: raw, consumers: {count: 1}}' | only read what was preloaded",
                "'{driver: raw, consumers: {count: 1, groups: 1, from: loop}}' | has no consumer groups",
                "'{driver: raw, producers: {transaction-records: 5}}' | has no transactions",
                "'{driver: raw, producers: {compression: lz4}}' | does not compress",
                "'{driver: raw, record: {keys: 2000000}}' | prepares requests of",
                "'{driver: java, consumers: {catch-up-rate: 1MB}}' | is the raw driver's: Java clients take what comes",
                "'{driver: raw, consumers: {catch-up: 1}}' | has nothing to catch up with: set topic.preload",
                "'topic: {cold: true}' | topic.cold has nothing that could be forgotten: set topic.preload",
                "'{driver: raw, topic: {preload: 1MiB, left-at-most: 0.5}, producers: {count: 0}, consumers: {count: 1, from: loop}}' | topic.left-at-most is a share of what is produced",
                "'topic.left-at-most: 2' | topic.left-at-most",
                "'beside: {topic: {partitions: 1}}' | only the raw driver has something beside",
                "'{driver: raw, beside: {duration: 3s}}' | beside.duration: what goes on beside has keys of topic, producers, record and consumers",
                "'{driver: raw, beside: {beside: {topic: {partitions: 1}}}}' | beside.beside.topic.partitions: what goes on beside",
                "'{driver: raw, beside: {topic: {partition: 1}}}' | beside: topic.partition",
                "'{driver: raw, beside: {producers: {acks: none}}}' | beside: the raw driver measures answers",
                "'{driver: raw, producers: {acks: none}}' | measures answers",
                "'{driver: raw, topic: {partitions: 100000}}' | prepares requests of 61,440 bytes for each partition and connection",
                "'record.size: 1' | record.size",
                "'[1, 2]' | holds no keys",
                "'a: [' | is not YAML",
                "'duration:' | has no value",
            })
    void whatCannotBeIsRefusedInOneLine(String text, String said) throws IOException {
        Path file = file(text);
        assertThatThrownBy(() -> Workload.read(file))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(said)
                .hasMessageNotContaining("\n");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> Workload.read(directory.resolve("none.yaml")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("none.yaml does not exist");
    }

    @Test
    void theDocumentHasEveryKey() throws IOException {
        assertThat(Files.readString(Path.of("../docs/bench.md")))
                .as("the table of `./mortise bench run --keys`")
                .contains(Workload.table());
    }
}
