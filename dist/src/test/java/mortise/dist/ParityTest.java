package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import mortise.wire.ApiKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mortise answers as Apache Kafka 4.3.1 does, in every version of every API of the first wave, in
 * good cases and in bad ones. What differs on purpose is an {@link IntendedDifference}.
 */
class ParityTest {
    private static final Set<ApiKey> COMPARED =
            Set.of(
                    ApiKey.PRODUCE,
                    ApiKey.FETCH,
                    ApiKey.LIST_OFFSETS,
                    ApiKey.METADATA,
                    ApiKey.API_VERSIONS,
                    ApiKey.CREATE_TOPICS,
                    ApiKey.DELETE_TOPICS,
                    ApiKey.DELETE_RECORDS,
                    ApiKey.INIT_PRODUCER_ID,
                    ApiKey.OFFSET_FOR_LEADER_EPOCH,
                    ApiKey.DESCRIBE_CONFIGS,
                    ApiKey.ALTER_CONFIGS,
                    ApiKey.INCREMENTAL_ALTER_CONFIGS,
                    ApiKey.DESCRIBE_LOG_DIRS,
                    ApiKey.ALTER_REPLICA_LOG_DIRS,
                    ApiKey.CREATE_PARTITIONS,
                    ApiKey.DESCRIBE_CLUSTER,
                    ApiKey.LIST_CONFIG_RESOURCES,
                    ApiKey.DESCRIBE_TOPIC_PARTITIONS);

    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|");

    @TempDir Path directory;

    @Test
    void answersAgree() {
        try (ApacheKafka kafka = ApacheKafka.start(directory.resolve("kafka"));
                BrokerProcess broker = BrokerProcess.start(directory.resolve("mortise"));
                Parity parity = new Parity(broker.bootstrap(), kafka.bootstrap())) {
            compare(parity);
            assertThat(unintended(parity)).as("differences that nobody meant").isEmpty();
            assertThat(seen(parity))
                    .as("intended differences that are still there")
                    .isEqualTo(names());
            assertEveryVersionCompared(parity);
        }
    }

    private static void compare(Parity parity) {
        ParityOfRecords records = new ParityOfRecords(parity, System.currentTimeMillis());
        ParityOfConfigs configs = new ParityOfConfigs(parity);
        ParityOfTopics topics = new ParityOfTopics(parity);
        configs.apiVersions();
        configs.describeCluster();
        records.initProducerId();
        records.produce();
        records.fill();
        configs.describeLogDirs();
        configs.alterReplicaLogDirs();
        records.fetch();
        records.listOffsets();
        records.offsetForLeaderEpoch();
        records.deleteRecords();
        configs.describeConfigs();
        configs.alterConfigs();
        configs.incrementalAlterConfigs();
        topics.createTopics();
        topics.deleteTopics();
        topics.createPartitions();
        topics.metadata();
        topics.describeTopicPartitions();
        configs.listConfigResources();
    }

    private static Map<String, Set<Short>> unintended(Parity parity) {
        Map<String, Set<Short>> versions = new TreeMap<>();
        parity.differences().stream()
                .filter(difference -> IntendedDifference.behind(difference).isEmpty())
                .forEach(difference ->
                        versions.computeIfAbsent(difference.text(), first -> new TreeSet<>())
                                .add(difference.version()));
        return versions;
    }

    private static Set<String> seen(Parity parity) {
        return parity.differences().stream()
                .flatMap(difference -> IntendedDifference.behind(difference).stream())
                .map(IntendedDifference::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static Set<String> names() {
        return IntendedDifference.ALL.stream()
                .map(IntendedDifference::name)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static void assertEveryVersionCompared(Parity parity) {
        for (ApiKey key : COMPARED) {
            TreeSet<Short> both = new TreeSet<>();
            for (short version = key.lowestVersion(); version <= key.highestVersion(); version++) {
                if (parity.served(key, version)) {
                    both.add(version);
                }
            }
            assertThat(parity.compared().get(key)).as(key + " was compared in").isEqualTo(both);
        }
    }

    @Test
    void everyIntendedDifferenceStandsInTheDocumentation() throws IOException {
        String page = Files.readString(Path.of("../docs/metadata.md"));
        String table = page.substring(page.indexOf("## Where answers differ"));
        List<String> rows =
                ROW.matcher(table).results().map((MatchResult row) -> row.group(1)).toList();
        assertThat(rows).doesNotHaveDuplicates();
        assertThat(new TreeSet<>(rows)).isEqualTo(names());
    }
}
