package mortise.tck.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.JournalStore.Flaw;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A kit that cannot fail proves nothing: each flaw of the kit's own store is found. */
class KitFindsFlawsTest {
    private static final int SEEDS = 100;

    @ParameterizedTest
    @EnumSource(
            value = Flaw.class,
            names = {
                "SYNC_DOES_NOTHING",
                "NEW_FILES_KEEP_NO_NAME",
                "TORN_TAIL_IS_KEPT",
                "START_IS_NOT_DURABLE",
                "TRUNCATION_CUTS_INTO_BATCHES",
                "RECOVERY_DOES_NOT_SYNC"
            })
    void crashesUncover(Flaw flaw) {
        assertThat(failures(JournalStore.with(flaw))).as("of %s seeds", SEEDS).isPositive();
    }

    @Test
    void aDiskThatIgnoresForcesIsFoundOutByMostSeeds() {
        int failures = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                StorageCrashRun.run(
                        JournalStore.with(),
                        Map.of(),
                        seed,
                        disk -> disk.ignoreForces(path -> true));
            } catch (AssertionError found) {
                failures++;
            }
        }
        assertThat(failures).isGreaterThan(SEEDS / 2);
    }

    @Test
    void aFailureTellsWhatWasDone() {
        assertThatThrownBy(
                        () -> {
                            for (long seed = 0; seed < SEEDS; seed++) {
                                StorageCrashRun.run(
                                        JournalStore.with(Flaw.SYNC_DOES_NOTHING), Map.of(), seed);
                            }
                        })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("what was done, latest last (seed ")
                .hasMessageContaining("append [")
                .hasMessageContaining("crash; durable up to");
    }

    private static int failures(StorageProvider provider) {
        int failures = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            try {
                StorageCrashRun.run(provider, Map.of(), seed);
            } catch (AssertionError found) {
                failures++;
            }
        }
        return failures;
    }

    @Test
    void aForgottenFailureOfASyncIsFound() {
        StorageCrashContract contract = () -> JournalStore.with(Flaw.FAILED_SYNC_IS_FORGOTTEN);

        assertThatThrownBy(
                        () -> {
                            for (long seed = 0; seed < 30; seed++) {
                                contract.aSyncThatFailedPromisesNothing(seed);
                            }
                        })
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void aDeletionThatACrashUndoesIsFound() {
        // of one flaw alone the other's force of the directory takes care
        StorageCrashContract contract =
                () -> JournalStore.with(Flaw.DELETION_IS_NOT_DURABLE, Flaw.NEW_FILES_KEEP_NO_NAME);

        assertThatThrownBy(
                        () -> {
                            for (long seed = 0; seed < 30; seed++) {
                                contract.aDeletedLogStaysDeletedAndItsNameBeginsAnew(seed);
                            }
                        })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("orders-0");
    }

    @Test
    void flawsWithoutACrashAreFound() {
        finds(Flaw.LENT_BUFFERS_ARE_KEPT, AppendContract::lentBuffersAreNotKept);
        finds(Flaw.READS_IGNORE_THEIR_BOUND, ReadContract::readsStopAtThePositionGiven);
        finds(
                Flaw.TIMESTAMPS_ARE_BELIEVED,
                contract ->
                        contract.timestampsInAnyOrderAreFound(
                                0, new java.util.SplittableRandom(0)));
        finds(
                Flaw.TRUNCATION_CUTS_INTO_BATCHES,
                TruncationContract::truncationIntoABatchRemovesItWhole);
        finds(
                Flaw.SIDECARS_OUTLIVE_TRUNCATION,
                SidecarContract::truncationTakesSidecarsBeyondItAlong);
    }

    @Test
    void failuresThatGoTooFarAreFound() {
        finds(Flaw.A_MISSING_FILE_FAILS_ALL, FailureContract::aDeletionBesideASyncHarmsNoOther);
        finds(
                Flaw.A_MISSING_FILE_FAILS_ALL,
                FailureContract::filesThatAreTakenAwayFailTheirLogAlone);
        finds(Flaw.DAMAGE_ENDS_THE_LOG, FailureContract::damagedDataRefusesItsOwnReadsOnly);
        finds(Flaw.DAMAGE_ENDS_THE_LOG, FailureContract::unreadableDataRefusesReadsOnly);
        finds(
                Flaw.A_SHORTAGE_ENDS_THE_LOG,
                FailureContract::whatAPassingShortageRefusesGoesWellLater);
    }

    @ParameterizedTest
    @EnumSource(
            value = Flaw.class,
            names = {
                "A_LOSS_IS_THE_END",
                "A_LOSS_IS_NOT_NAMED",
                "READS_PASS_OVER_A_LOSS",
                "A_LOSS_REFUSES_THE_LOG",
                "LOST_OFFSETS_ARE_GIVEN_AGAIN",
                "WHAT_IS_LEFT_IS_REFUSED",
                "AN_ACCEPTED_LOSS_IS_KEPT",
                "AN_ACCEPTED_LOSS_COMES_BACK"
            })
    void lossesThatAreHiddenSpreadOrForgottenAreFound(Flaw flaw) {
        MissingRecordsContract flawed = new JournalMissingRecords(flaw);

        assertThatThrownBy(flawed::recordsThatAreLostAfterACleanStopAreMissed)
                .isInstanceOf(AssertionError.class);
    }

    /** One promise of the contract. */
    private interface Promise {
        void keep(StorageContract contract) throws Exception;
    }

    private static void finds(Flaw flaw, Promise promise) {
        ThrowingCallable flawed = () -> promise.keep(() -> JournalStore.with(flaw));
        ThrowingCallable sound = () -> promise.keep(JournalStore::with);

        assertThatThrownBy(flawed).as("%s", flaw).isInstanceOf(AssertionError.class);
        assertThatCode(sound).as("without %s", flaw).doesNotThrowAnyException();
    }
}
