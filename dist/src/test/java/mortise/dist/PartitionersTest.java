package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Where {@code mortise produce} puts records, against real clients: the Java client and kcat, which
 * is librdkafka.
 */
class PartitionersTest {
    private static final int PARTITIONS = 13;
    private static final int RECORDS = 500;

    @TempDir static Path directory;

    private static BrokerProcess broker;

    @BeforeAll
    static void start() {
        broker = BrokerProcess.start(directory.resolve("data"));
    }

    @AfterAll
    static void stop() {
        broker.close();
    }

    private static String topic(String name) throws Exception {
        JavaClient.createTopic(broker.bootstrap(), name, PARTITIONS);
        return name;
    }

    /** Lines with keys of all sorts of lengths, each key once. */
    private static List<RealLines.Line> lines() {
        return IntStream.range(0, RECORDS)
                .mapToObj(i -> new RealLines.Line("k" + "-x".repeat(i % 17) + i, "value " + i))
                .toList();
    }

    private static String text(List<RealLines.Line> lines) {
        return lines.stream()
                .map(line -> line.key() + "\t" + line.value() + "\n")
                .collect(Collectors.joining());
    }

    private static void mortise(String topic, String input, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("produce", topic, "--bootstrap", broker.bootstrap()));
        arguments.addAll(List.of(more));
        BrokerProcess.Finished finished =
                BrokerProcess.run(Map.of(), BrokerProcess.command(arguments), input);
        assertThat(finished.status()).as("%s: %s", arguments, finished.err()).isZero();
    }

    /** The partition of each value. */
    private static Map<String, Integer> places(String topic) {
        Map<String, Integer> places = new TreeMap<>();
        for (Kcat.Received record : JavaClient.consume(broker.bootstrap(), topic)) {
            places.put(record.value(), record.partition());
        }
        return places;
    }

    @Test
    void withoutAWordKeysGoWhereTheJavaClientPutsThem() throws Exception {
        String theirs = topic("java");
        JavaClient.produce(broker.bootstrap(), theirs, "none", lines());
        String ours = topic("as-java");
        mortise(ours, text(lines()), "-K", "\t");

        assertThat(places(ours)).hasSize(RECORDS).isEqualTo(places(theirs));
    }

    @ParameterizedTest
    @CsvSource({
        "consistent_random, crc32, partitioner.crc32.mode=consistent-random",
        "consistent, crc32, partitioner.crc32.mode=consistent",
        "murmur2_random, murmur2, partitioner.murmur2.sticky-bytes=16KiB"
    })
    void keysGoWhereLibrdkafkaPutsThem(String theirName, String name, String setting)
            throws Exception {
        Kcat.required();
        String theirs = topic(theirName + "-kcat");
        Kcat.produceBy(theirName, broker.bootstrap(), theirs, text(lines()), "-K", "\t");
        String ours = topic(theirName + "-mortise");
        mortise(
                ours,
                text(lines()),
                "-K",
                "\t",
                "--partitioner",
                name,
                "--partitioner-set",
                setting);

        assertThat(places(ours)).hasSize(RECORDS).isEqualTo(places(theirs));
    }

    @Test
    void librdkafkasConsistentHasOnePlaceForNullAndEmptyKeysAndSoHaveWe() throws Exception {
        Kcat.required();
        String keyless = "a\nb\nc\n";
        String empty = "\td\n\te\n";
        String theirs = topic("keyless-kcat");
        Kcat.produceBy("consistent", broker.bootstrap(), theirs, keyless);
        Kcat.produceBy("consistent", broker.bootstrap(), theirs, empty, "-K", "\t");
        String ours = topic("keyless-mortise");
        String[] consistent = {
            "--partitioner", "crc32", "--partitioner-set", "partitioner.crc32.mode=consistent"
        };
        mortise(ours, keyless, consistent);
        mortise(
                ours,
                empty,
                "-K",
                "\t",
                consistent[0],
                consistent[1],
                consistent[2],
                consistent[3]);

        assertThat(places(theirs)).hasSize(5).containsValue(0).values().containsOnly(0);
        assertThat(places(ours)).isEqualTo(places(theirs));
    }

    @Test
    void librdkafkasConsistentRandomSpreadsNullAndEmptyKeysAndSoDoWe() throws Exception {
        Kcat.required();
        String text = text(lines()).replaceAll("(?m)^[^\t]*", "");
        String theirs = topic("spread-kcat");
        Kcat.produceBy(
                "consistent_random",
                broker.bootstrap(),
                theirs,
                text,
                "-K",
                "\t",
                "-X",
                "sticky.partitioning.linger.ms=0");
        String ours = topic("spread-mortise");
        mortise(
                ours,
                text,
                "-K",
                "\t",
                "--partitioner",
                "crc32",
                "--partitioner-set",
                "partitioner.crc32.sticky-bytes=1");

        assertThat(places(theirs)).hasSize(RECORDS);
        assertThat(places(theirs).values().stream().distinct()).hasSize(PARTITIONS);
        assertThat(places(ours)).hasSize(RECORDS);
        assertThat(places(ours).values().stream().distinct()).hasSize(PARTITIONS);
    }

    @Test
    void roundRobinMissesNoPartition() throws Exception {
        String ours = topic("turns");
        mortise(ours, "a\n".repeat(PARTITIONS * 4), "--partitioner", "round-robin");

        Map<Integer, Long> perPartition =
                JavaClient.consume(broker.bootstrap(), ours).stream()
                        .collect(
                                Collectors.groupingBy(
                                        Kcat.Received::partition, Collectors.counting()));
        assertThat(perPartition).hasSize(PARTITIONS);
        assertThat(perPartition.values()).containsOnly(4L);
    }

    @Test
    void stickyKeepsAFewRecordsTogetherWhateverTheirKeys() throws Exception {
        String ours = topic("stuck");
        mortise(
                ours,
                text(lines().subList(0, 20)),
                "-K",
                "\t",
                "--partitioner",
                "sticky",
                "--partitioner-set",
                "partitioner.sticky.sticky-bytes=1MiB");

        assertThat(places(ours)).hasSize(20);
        assertThat(places(ours).values().stream().distinct()).hasSize(1);
    }
}
