package mortise.partitioner.sticky;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.random.RandomGenerator;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.Partitioners;
import mortise.spi.partition.StickyPartitions;
import mortise.spi.partition.TopicView;
import mortise.tck.partition.SampleTopic;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

class StickyPartitionsTest {
    private static final TopicView TOPIC = TopicView.led("orders", 1_000);

    private final StickyPartitions turns = new StickyPartitions(new Random(1), 1_000, 3);

    private List<Integer> next(int records, TopicView topic, int bytes) {
        List<Integer> partitions = new ArrayList<>();
        for (int i = 0; i < records; i++) {
            partitions.add(turns.next(topic, bytes));
        }
        return partitions;
    }

    @Test
    void aTurnEndsWithTheRecordThatFillsIt() {
        List<Integer> first = next(4, TOPIC, 300);
        assertThat(first).containsOnly(first.getFirst());
        List<Integer> second = next(4, TOPIC, 300);
        assertThat(second).containsOnly(second.getFirst()).doesNotContain(first.getFirst());
    }

    @Test
    void aRecordLargerThanATurnIsATurn() {
        assertThat(next(100, TOPIC, 5_000).stream().distinct()).hasSizeGreaterThan(80);
    }

    @Test
    void topicsHaveTurnsOfTheirOwn() {
        int orders = turns.next(TOPIC, 10);
        next(50, TopicView.led("bills", 1_000), 900);
        assertThat(turns.next(TOPIC, 10)).isEqualTo(orders);
    }

    @Test
    void moreTopicsThanTheBoundMakeTurnsBeginAnew() {
        int orders = turns.next(TOPIC, 10);
        for (int i = 0; i < 3; i++) {
            turns.next(TopicView.led("other-" + i, 5), 10);
        }
        assertThat(turns.next(TOPIC, 10)).isNotEqualTo(orders);
    }

    @Test
    void aTurnMovesOnWhenItsPartitionIsGone() {
        TopicView large = new SampleTopic("orders", 10, Set.of(0, 1, 2, 3, 4, 5, 6, 7, 8));
        assertThat(turns.next(large, 10)).isEqualTo(9);
        assertThat(turns.next(TopicView.led("orders", 3), 10)).isBetween(0, 2);
    }

    @Test
    void withoutAnyLeaderATurnIsTakenAllTheSame() {
        assertThat(turns.next(new SampleTopic("orders", 2, Set.of(0, 1)), 10)).isBetween(0, 1);
    }

    /** The point of KIP-794: bytes are even over partitions, whatever sizes the records have. */
    @Seeded(runs = 20)
    void bytesAreEvenOverPartitions(RandomGenerator random) {
        int partitions = 8;
        long[] bytes = new long[partitions];
        long all = 0;
        try (Partitioner sticky =
                Partitioners.of(List.of(new StickyProvider()))
                        .create("sticky", Map.of("partitioner.sticky.sticky-bytes", "1KiB"))) {
            for (int record = 0; record < 100_000; record++) {
                int size = random.nextInt(1, 400);
                bytes[sticky.partition(TopicView.led("orders", partitions), null, size)] += size;
                all += size;
            }
        }
        for (long each : bytes) {
            assertThat((double) each / all).isBetween(0.10, 0.15);
        }
    }
}
