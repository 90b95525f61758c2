package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Mortise answers requests about groups as Apache Kafka 4.3.1 does, in every version, in good cases
 * and in bad ones. What differs on purpose is an {@link IntendedDifference}.
 */
class GroupParityTest {
    @TempDir Path directory;

    @Test
    void answersAgree() {
        try (ApacheKafka kafka =
                        ApacheKafka.start(
                                directory.resolve("kafka"),
                                """
                                group.initial.rebalance.delay.ms=0
                                offsets.topic.replication.factor=1
                                group.consumer.assignment.interval.ms=0
                                """);
                BrokerProcess broker =
                        BrokerProcess.start(
                                directory.resolve("mortise"),
                                "--set",
                                "groups.initial-rebalance-delay=0ms");
                Parity parity = new Parity(broker.bootstrap(), kafka.bootstrap())) {
            ParityOfGroups groups = new ParityOfGroups(parity);
            ParityOfOffsets offsets = new ParityOfOffsets(parity);
            groups.findCoordinator();
            groups.strangers();
            groups.member();
            offsets.commit();
            offsets.fetch();
            offsets.delete();
            groups.administration();
            groups.join();
            new ParityOfBalancedGroups(parity).heartbeat();
            assertThat(unintended(parity)).as("differences that nobody meant").isEmpty();
        }
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
}
