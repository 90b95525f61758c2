package mortise.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import mortise.bench.workload.Rate;
import org.junit.jupiter.api.Test;

/** Timelines. */
class PaceTest {
    private static final long SECOND = 1_000_000_000;

    @Test
    void allSendersTogetherSendTheRateInEvenSteps() {
        long[] due =
                IntStream.range(0, 4)
                        .mapToObj(sender -> Pace.of(new Rate(1_000), 1, sender, 4))
                        .flatMapToLong(pace ->
                                LongStream.range(0, 250)
                                        .map(number -> pace.dueNanos(7 * SECOND, number)))
                        .sorted()
                        .toArray();

        assertThat(due).hasSize(1_000).doesNotHaveDuplicates();
        assertThat(due[0]).isEqualTo(7 * SECOND);
        assertThat(due[999]).isEqualTo(7 * SECOND + 999_000_000);
    }

    @Test
    void aRequestOfManyRecordsIsDueThatMuchMoreRarely() {
        Pace pace = Pace.of(new Rate(6_000), 60, 0, 1);
        assertThat(pace.dueNanos(0, 100)).isEqualTo(SECOND);
    }

    @Test
    void aTimelineDoesNotDriftOverHours() {
        Pace pace = Pace.of(new Rate(3), 1, 0, 1);
        assertThat(pace.dueNanos(0, 3L * 3_600 * 24)).isEqualTo(86_400 * SECOND);
    }
}
