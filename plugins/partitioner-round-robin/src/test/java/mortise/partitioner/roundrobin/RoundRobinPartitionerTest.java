package mortise.partitioner.roundrobin;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import mortise.spi.partition.TopicView;
import mortise.tck.partition.SampleTopic;
import org.junit.jupiter.api.Test;

class RoundRobinPartitionerTest {
    private final RoundRobinPartitioner partitioner = new RoundRobinPartitioner(2);

    private List<Integer> next(int records, TopicView topic) {
        return IntStream.range(0, records)
                .mapToObj(i -> partitioner.partition(topic, ByteBuffer.allocate(i % 2), 1))
                .toList();
    }

    @Test
    void recordsGoRoundWhateverTheirKeys() {
        assertThat(next(7, TopicView.led("orders", 3))).containsExactly(0, 1, 2, 0, 1, 2, 0);
    }

    @Test
    void eachTopicHasItsOwnTurn() {
        next(2, TopicView.led("orders", 3));
        assertThat(next(2, TopicView.led("bills", 3))).containsExactly(0, 1);
        assertThat(next(2, TopicView.led("orders", 3))).containsExactly(2, 0);
    }

    @Test
    void aPartitionWithoutALeaderGivesItsTurnsToAllOthersAlike() {
        assertThat(next(9, new SampleTopic("orders", 4, Set.of(1))))
                .containsExactly(0, 2, 3, 0, 2, 3, 0, 2, 3);
    }

    @Test
    void withoutAnyLeaderRecordsGoRoundAllTheSame() {
        assertThat(next(50, new SampleTopic("orders", 2, Set.of(0, 1))))
                .containsOnly(0, 1)
                .contains(0, 1);
    }

    @Test
    void aTopicCreatedAgainWithFewerPartitionsBeginsAnew() {
        next(5, TopicView.led("orders", 9));
        assertThat(next(3, TopicView.led("orders", 2))).containsExactly(0, 1, 0);
    }

    @Test
    void moreTopicsThanTheBoundMakeTurnsBeginAnew() {
        next(1, TopicView.led("a", 3));
        next(1, TopicView.led("b", 3));
        next(1, TopicView.led("c", 3));
        assertThat(next(1, TopicView.led("a", 3))).containsExactly(0);
    }
}
