package mortise.bench.machine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What a broker's metrics page says of its stages. */
class StagesTest {
    private static String page(int fast, int slow) {
        return String.format(
                Locale.ROOT,
                """
                # TYPE mortise_net_queue_seconds histogram
                mortise_net_queue_seconds_bucket{le="0.001"} %d
                mortise_net_queue_seconds_bucket{le="0.5"} %d
                mortise_net_queue_seconds_bucket{le="+Inf"} %d
                mortise_net_queue_seconds_count 7
                mortise_partition_append_set_batches_bucket{le="5.0"} 3
                """,
                fast,
                slow,
                slow);
    }

    @Test
    void stagesAreWhatWasMeasuredBetweenTwoLooks() {
        Stages since = Stages.parse(page(1_000, 1_010)).since(Stages.parse(page(10, 10)));

        assertThat(since.byName()).containsOnlyKeys("net_queue");
        Stages.Stage queue = Objects.requireNonNull(since.byName().get("net_queue"));
        assertThat(queue.count()).isEqualTo(1_000);
        assertThat(queue.atMost(50)).isEqualTo(0.001);
        assertThat(queue.atMost(99.9)).isEqualTo(0.5);
    }

    @Test
    void aStageThatWasNotMeasuredIsLeftOut() {
        assertThat(Stages.parse(page(1, 2)).since(Stages.parse(page(1, 2))).byName()).isEmpty();
    }
}
