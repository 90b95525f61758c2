package mortise.tck.consensus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.SplittableRandom;
import mortise.spi.consensus.ConsensusProvider;
import mortise.tck.consensus.JournalQuorum.Flaw;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A kit that cannot fail proves nothing: each flaw of the kit's own quorum is found. */
class KitFindsQuorumFlawsTest {
    private static final int SEEDS = 60;

    @ParameterizedTest
    @EnumSource(
            value = Flaw.class,
            names = {"NOTHING_IS_FORCED", "SNAPSHOTS_ARE_NOT_FORCED"})
    void crashesUncover(Flaw flaw) {
        assertThat(failures(JournalQuorum.with(flaw))).as("of %s seeds", SEEDS).isPositive();
    }

    private static int failures(ConsensusProvider provider) {
        int failures = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                ConsensusCrashRun.run(provider, Map.of(), seed);
            } catch (AssertionError found) {
                failures++;
            }
        }
        return failures;
    }

    @Test
    void damageTakenForTheEndIsFound() {
        Crashing contract = new Crashing(JournalQuorum.with(Flaw.DAMAGE_ENDS_THE_LOG));

        assertThatThrownBy(
                        () -> {
                            for (long seed = 0; seed < SEEDS; seed++) {
                                contract.damageIsNeverSilent(seed, new SplittableRandom(seed));
                            }
                        })
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void flawsWithoutACrashAreFound() {
        Contract anyEpoch = new Contract(JournalQuorum.with(Flaw.ANY_EPOCH_WILL_DO));
        Contract early = new Contract(JournalQuorum.with(Flaw.COMPLETES_BEFORE_IT_IS_HEARD));

        assertThatThrownBy(anyEpoch::anotherEpochIsRefused).isInstanceOf(AssertionError.class);
        assertThatThrownBy(early::anEntryIsHeardBeforeItsProposalCompletes)
                .isInstanceOf(AssertionError.class);
    }

    private record Contract(ConsensusProvider provider) implements ConsensusContract {}

    private record Crashing(ConsensusProvider provider) implements ConsensusCrashContract {}
}
