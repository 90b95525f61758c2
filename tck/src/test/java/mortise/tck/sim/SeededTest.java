package mortise.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class SeededTest {
    private static final Set<Long> SEEN = new TreeSet<>();

    @Seeded(runs = 5)
    void everySeedComesWithItsRandomness(long seed, RandomGenerator random) {
        SEEN.add(seed);

        assertThat(random.nextLong()).isEqualTo(new SplittableRandom(seed).nextLong());
    }

    @AfterAll
    static void allSeedsRan() {
        if (System.getProperty(SeedRange.SEED) == null
                && System.getProperty(SeedRange.SEEDS) == null) {
            assertThat(SEEN).containsExactly(0L, 1L, 2L, 3L, 4L);
        }
    }

    @Test
    void propertiesReplayOneSeedOrRunMore() {
        assertThat(SeedRange.of(500, null, null)).isEqualTo(new SeedRange(0, 500));
        assertThat(SeedRange.of(500, "77", null)).isEqualTo(new SeedRange(77, 1));
        assertThat(SeedRange.of(500, null, "9")).isEqualTo(new SeedRange(0, 9));
        assertThat(SeedRange.of(500, "77", "9")).isEqualTo(new SeedRange(77, 9));
        assertThatThrownBy(() -> SeedRange.of(500, "x", null)).hasMessageContaining("mortise.seed");
        assertThatThrownBy(() -> SeedRange.of(0, null, null)).hasMessageContaining("at least 1");
    }

    @Test
    void theReplayLineNamesModuleTestAndSeed() {
        assertThat(ReplayCommand.of("SeededTest#promise", 42))
                .contains("mvn")
                .endsWith("-Dtest='SeededTest#promise' -Dmortise.seed=42 test");
    }
}
