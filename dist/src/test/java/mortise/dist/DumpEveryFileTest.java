package mortise.dist;

import static mortise.dist.VariedWorkload.COMPACTED;
import static mortise.dist.VariedWorkload.LARGE;
import static mortise.dist.VariedWorkload.NEVER_WRITTEN;
import static mortise.dist.VariedWorkload.TRIMMED;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.dist.DumpedLogs.Batch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Apache Kafka 4.3.1's own dump tool reads every file of every partition that a varied workload
 * left behind when the broker was stopped cleanly.
 */
@Timeout(240)
class DumpEveryFileTest {
    private static final String READ = "\\d{20}\\.(log|index|timeindex|snapshot)";

    /** Mortise's own files, Kafka's of plain text, and segments that compaction replaced. */
    private static final String NOT_FOR_THE_TOOL =
            "\\d{20}\\.producers|\\d+\\.epochs|segment-manifest|partition\\.metadata"
                    + "|leader-epoch-checkpoint|\\d{20}\\.(log|index|timeindex)\\.deleted";

    @TempDir private static Path directory;
    private static VariedWorkload workload;
    private static long trimmedTo;
    private static Path data;
    private static DumpedLogs logs;

    @BeforeAll
    static void writeAndReadTheLogs() throws Exception {
        data = directory.resolve("data");
        workload = new VariedWorkload(System.currentTimeMillis() - Duration.ofHours(1).toMillis());
        String[] eagerCleaner = {"--set", "compaction.interval=100ms"};
        try (BrokerProcess broker = BrokerProcess.start(data, eagerCleaner)) {
            workload.createTopics(broker.bootstrap());
            workload.produce(broker.bootstrap());
            trimmedTo = workload.trim(broker.bootstrap());
            awaitCompaction(broker);
        }
        try (BrokerProcess broker = BrokerProcess.start(data, eagerCleaner)) {
            workload.produce(broker.bootstrap());
            awaitCompaction(broker);
        }
        logs = DumpedLogs.of(files("", ".log"));
    }

    /** Waits until most records of the compacted topic have gone. */
    private static void awaitCompaction(BrokerProcess broker) {
        int written = workload.acknowledged(COMPACTED + "-0").size();
        long until = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        int left = written;
        while (left > written / 4) {
            left = JavaClient.consume(broker.bootstrap(), COMPACTED).size();
            assertThat(System.nanoTime() - until)
                    .as("a minute over, and %d of %d records left", left, written)
                    .isNegative();
        }
    }

    /** Files of partitions by the beginnings of their directories' names and their own ends. */
    private static List<Path> files(String partitions, String suffix) throws IOException {
        try (Stream<Path> found = Files.walk(data.resolve("local/logs"), 2)) {
            return found.filter(file -> partitionOf(file).startsWith(partitions))
                    .filter(file -> partitionOf(file).matches(".*-\\d"))
                    .filter(file -> file.toString().endsWith(suffix))
                    .sorted()
                    .toList();
        }
    }

    private static String partitionOf(Path file) {
        return file.getParent().getFileName().toString();
    }

    @Test
    void everyKindOfFileIsThereOftenEnough() throws Exception {
        assertThat(data.resolve("local/logs/.kafka_cleanshutdown")).exists();
        assertThat(files("", ""))
                .extracting(file -> file.getFileName().toString())
                .allMatch(name -> name.matches(READ) || name.matches(NOT_FOR_THE_TOOL));
        assertThat(files("", "").stream().map(DumpEveryFileTest::partitionOf))
                .containsAll(VariedWorkload.partitions());
        for (String partition : VariedWorkload.partitions()) {
            List<Path> segments = files(partition, ".log");
            int least =
                    switch (partition.substring(0, partition.length() - 2)) {
                        case NEVER_WRITTEN -> 0;
                        case COMPACTED -> 2;
                        case LARGE -> 3;
                        default -> 10;
                    };
            assertThat(segments).as(partition).hasSizeGreaterThanOrEqualTo(least);
            for (String suffix : List.of(".index", ".timeindex")) {
                // the tool makes those that are missing
                assertThat(files(partition, suffix))
                        .extracting(DumpEveryFileTest::baseOf)
                        .isEqualTo(segments.stream().map(DumpEveryFileTest::baseOf).toList());
            }
            assertThat(files(partition, ".snapshot"))
                    .as(partition)
                    .hasSizeGreaterThanOrEqualTo(segments.size());
        }
        // Mortise refuses transactions, so that nothing can be aborted
        assertThat(files("", ".txnindex")).isEmpty();
    }

    private static String baseOf(Path file) {
        return file.getFileName().toString().substring(0, 20);
    }

    @Test
    void logsHaveTheRecordsThatWereAcknowledged() {
        for (String partition : VariedWorkload.partitions()) {
            NavigableMap<Long, String> found = logs.records(partition);
            NavigableMap<Long, String> acknowledged = workload.acknowledged(partition);
            if (partition.startsWith(COMPACTED)) {
                assertThat(acknowledged).containsAllEntriesOf(found);
                assertThat(found.keySet()).containsAll(workload.latest(partition));
                assertThat(found).hasSizeLessThanOrEqualTo(acknowledged.size() / 4);
            } else if (partition.startsWith(TRIMMED)) {
                assertThat(found.firstKey()).isGreaterThan(0).isLessThanOrEqualTo(trimmedTo);
                assertThat(found).isEqualTo(acknowledged.tailMap(found.firstKey(), true));
            } else {
                assertThat(found).as(partition).isEqualTo(acknowledged);
            }
        }
    }

    @Test
    void batchesAreOfEveryKind() {
        assertThat(texts("plain-0", "compresscodec")).isEqualTo(Set.copyOf(VariedWorkload.CODECS));
        assertThat(texts("zstd-0", "compresscodec")).containsExactly("zstd");
        assertThat(texts("uncompressed-0", "compresscodec")).containsExactly("none");
        assertThat(texts(COMPACTED + "-0", "deleteHorizonMs")).anyMatch(time -> time.contains("["));
        for (String partition : List.of("plain-0", "appended-1", "odd-times-0", LARGE + "-0")) {
            assertThat(logs.batches(partition))
                    .as(partition)
                    .anyMatch(batch -> batch.number("count") == 1)
                    .anyMatch(batch -> batch.number("count") > 3)
                    .anyMatch(batch -> batch.number("producerId") == -1);
        }
    }

    private static Set<String> texts(String partition, String field) {
        return logs.batches(partition).stream()
                .map(batch -> batch.text(field))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void batchesHaveTheLeaderEpochOfTheirOffset() throws Exception {
        for (String partition : VariedWorkload.partitions()) {
            NavigableMap<Long, Long> epochs = new TreeMap<>();
            List<String> lines = Files.readAllLines(files(partition, "checkpoint").getFirst());
            for (String line : lines.subList(2, lines.size())) {
                String[] parts = line.split(" ", 2);
                epochs.put(Long.valueOf(parts[1]), Long.valueOf(parts[0]));
            }
            long start = partition.startsWith(TRIMMED) ? trimmedTo : 0;
            assertThat(logs.batches(partition))
                    .as(partition)
                    .filteredOn(batch -> batch.number("lastOffset") >= start)
                    .allMatch(batch ->
                            epochs.floorEntry(batch.number("lastOffset")).getValue()
                                    == batch.number("partitionLeaderEpoch"));
        }
        assertThat(texts("plain-0", "partitionLeaderEpoch")).hasSize(2);
    }

    @Test
    void offsetIndexesAgreeWithTheirLogs() throws Exception {
        List<Path> indexes = files("", ".index");
        passSanityCheck(indexes);
        KafkaTool.dump(indexes, "--verify-index-only");
    }

    @Test
    void timeIndexesAgreeWithTheirLogs() throws Exception {
        List<Path> indexes = files("", ".timeindex");
        passSanityCheck(indexes);
        List<Path> compacted = files(COMPACTED, ".timeindex");
        List<Path> others = new ArrayList<>(indexes);
        others.removeAll(compacted);
        KafkaTool.dump(others, "--verify-index-only");
        assertThat(logs.complaintsAboutEmptyBatches(COMPACTED + "-0", compacted))
                .containsAll(KafkaTool.complaints(compacted, "--verify-index-only"));
    }

    private static void passSanityCheck(List<Path> indexes) {
        String passed = " passed sanity check.";
        assertThat(
                        KafkaTool.dump(indexes, "--index-sanity-check")
                                .lines()
                                .filter(line -> line.endsWith(passed))
                                .map(line -> line.substring(0, line.length() - passed.length())))
                .containsExactlyElementsOf(
                        indexes.stream()
                                .filter(file -> file.toFile().length() > 0)
                                .map(Path::toString)
                                .toList())
                .hasSizeGreaterThan(indexes.size() * 9 / 10);
    }

    @Test
    void theLastSnapshotKnowsTheProducersOfItsLog() throws Exception {
        Map<String, Map<String, Long>> newest = producersOfLastSnapshots();
        for (String partition : VariedWorkload.partitions()) {
            Map<String, Long> known = newest.getOrDefault(partition, Map.of());
            Map<String, Long> wrote = new HashMap<>();
            for (Batch batch : logs.batches(partition)) {
                wrote.put(batch.text("producerId"), batch.number("lastOffset"));
            }
            wrote.remove("-1");
            assertThat(known)
                    .as(partition)
                    .containsAllEntriesOf(wrote)
                    .hasSize(
                            partition.startsWith(NEVER_WRITTEN)
                                    ? 0
                                    : 2 * VariedWorkload.IDEMPOTENT_PRODUCERS);
        }
    }

    /** The last offsets of producers, by partition and the ID of the producer. */
    private static Map<String, Map<String, Long>> producersOfLastSnapshots() throws IOException {
        List<Path> snapshots = files("", ".snapshot");
        Map<String, Map<String, Long>> newest = new HashMap<>();
        Map<String, Long> producers = new HashMap<>();
        for (String line : KafkaTool.dump(snapshots).lines().toList()) {
            if (line.startsWith("Dumping ")) {
                producers = new HashMap<>();
                newest.put(partitionOf(Path.of(line.substring("Dumping ".length()))), producers);
            } else {
                producers.put(
                        DumpedLogs.text(line, "producerId"), DumpedLogs.number(line, "lastOffset"));
            }
        }
        return newest;
    }

    @ParameterizedTest
    @CsvSource({
        // in the first batch's time, the second entry's offset and time, the first entry's time
        ".log, 30, --deep-iteration, isvalid: false",
        ".index, 11, --verify-index-only, Mismatches in :",
        ".timeindex, 19, --verify-index-only, Found timestamp mismatch in :",
        ".timeindex, 0, --index-sanity-check, status 1",
        ".snapshot, 40, --deep-iteration, is corrupt",
    })
    void aByteThatIsNotAsItWasIsComplainedAbout(
            String suffix, int position, String argument, String complaint) throws Exception {
        Path copies = Files.createTempDirectory(directory, "damaged");
        for (Path file : files("plain-0", "")) {
            Files.copy(file, copies.resolve(file.getFileName()));
        }
        Path damaged = copies.resolve(files("plain-0", suffix).get(1).getFileName());
        byte[] bytes = Files.readAllBytes(damaged);
        bytes[position] ^= 1;
        Files.write(damaged, bytes);
        assertThat(KafkaTool.complaints(List.of(damaged), argument))
                .anyMatch(line -> line.contains(complaint));
    }
}
