package mortise.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import mortise.broker.partition.VerifiedTimestamps.Stretch;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

/** What has been seen of a log's timestamps is remembered in bounded memory. */
class VerifiedTimestampsTest {
    private final VerifiedTimestamps known = new VerifiedTimestamps();

    @Test
    void nothingIsKnownOfALogThatNobodyAskedFor() {
        assertThat(known.end()).isEqualTo(-1);
        assertThat(known.atOrAfter(0, 0)).isNull();
        assertThat(known.largestWithin(0, Long.MAX_VALUE)).isNull();
        assertThat(known.around(0)).isNull();
    }

    @Seeded(runs = 20)
    void noTimestampIsEverMissedHoweverMuchIsAdded(long seed, RandomGenerator random) {
        List<Stretch> all = new ArrayList<>();
        long from = random.nextLong(1_000);
        for (int i = 0; i < 3 * VerifiedTimestamps.MOST_STRETCHES; i++) {
            long to = from + 1 + random.nextInt(50);
            Stretch next = new Stretch(from, to, random.nextLong(1 << 20), random.nextInt(9) > 0);
            all.add(next);
            known.add(next, 0, 1 + random.nextInt(1 << 21));
            from = to;
        }
        assertThat(known.end()).isEqualTo(from);
        for (int i = 0; i < 200; i++) {
            long wanted = random.nextLong(1 << 20);
            Stretch truth = first(all, wanted);
            Stretch found = known.atOrAfter(0, wanted);
            assertThat(found != null).isEqualTo(truth != null);
            if (truth != null && found != null) {
                assertThat(found.from()).isLessThanOrEqualTo(truth.from());
                assertThat(found.to()).isGreaterThanOrEqualTo(truth.to());
                assertThat(found.honest() && !truth.honest()).isFalse();
                assertThat(known.around(truth.from())).isEqualTo(found);
            }
        }
        Stretch largest = known.largestWithin(0, Long.MAX_VALUE);
        assertThat(largest).isNotNull();
        assertThat(largest.largest())
                .isEqualTo(all.stream().mapToLong(Stretch::largest).max().orElseThrow());
    }

    private static Stretch first(List<Stretch> all, long timestamp) {
        return all.stream().filter(s -> s.largest() >= timestamp).findFirst().orElse(null);
    }

    @Test
    void whatWasDeletedIsForgottenAndTheRestKept() {
        for (int i = 0; i < VerifiedTimestamps.MOST_STRETCHES; i++) {
            known.add(new Stretch(i, i + 1, i, true), 0, 1 << 20);
        }
        int next = VerifiedTimestamps.MOST_STRETCHES;
        known.add(new Stretch(next, next + 1, 7, true), 1_000, 1 << 20);

        assertThat(known.around(999)).isNull();
        assertThat(known.around(1_000)).isEqualTo(new Stretch(1_000, 1_001, 1_000, true));
        assertThat(known.around(next)).isEqualTo(new Stretch(next, next + 1, 7, true));
    }

    @Test
    void aLogThatLostMoreThanWasSeenBeginsAnew() {
        known.add(new Stretch(0, 10, 500, true), 0, 100);
        known.add(new Stretch(50, 60, 7, true), 50, 100);

        assertThat(known.atOrAfter(0, 8)).isNull();
        assertThat(known.around(5)).isNull();
        assertThat(known.around(50)).isEqualTo(new Stretch(50, 60, 7, true));
    }

    @Test
    void oneExtendsItAndTheOthersLookAgainAfterwards() {
        List<String> ran = new ArrayList<>();
        assertThat(known.tryExtend(() -> ran.add("never"))).isTrue();
        assertThat(known.tryExtend(() -> ran.add("second"))).isFalse();
        assertThat(known.tryExtend(() -> ran.add("third"))).isFalse();
        known.extended();
        assertThat(ran).containsExactly("second", "third");
        assertThat(known.tryExtend(() -> ran.add("fourth"))).isTrue();
        known.extended();
        assertThat(ran).hasSize(2);
    }
}
