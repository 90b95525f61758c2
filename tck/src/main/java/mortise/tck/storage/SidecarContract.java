package mortise.tck.storage;

import static mortise.spi.storage.SidecarKind.LEADER_EPOCHS;
import static mortise.spi.storage.SidecarKind.PRODUCER_STATE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import mortise.spi.Capability;
import org.junit.jupiter.api.Test;

/** What a store with {@link Capability#SIDECARS} keeps beside a log. */
public interface SidecarContract extends StorageUnderTest {
    /** A store that keeps no sidecars takes them without complaint, and gives none. */
    @Test
    default void aStoreWithoutSidecarsGivesNone() {
        assumeTrue(!can(Capability.SIDECARS), "the store keeps sidecars");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(1);
            log.putSidecar(PRODUCER_STATE, 10, "state");
            log.log().trimSidecars(PRODUCER_STATE, 10);

            assertThat(log.sidecar(PRODUCER_STATE, Long.MAX_VALUE))
                    .as("the sidecar of a store that keeps none")
                    .isEqualTo("none");
        }
    }

    /** The sidecar with the largest offset that is not above the one asked for is found. */
    @Test
    default void theLatestSidecarIsFound() {
        assumeTrue(can(Capability.SIDECARS), "the store does not declare SIDECARS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            assertThat(log.sidecar(PRODUCER_STATE, Long.MAX_VALUE))
                    .as("the latest sidecar of a new log")
                    .isEqualTo("none");
            log.fill(40);
            for (long offset : new long[] {100, 400, 250}) {
                log.putSidecar(PRODUCER_STATE, offset, "state" + offset);
            }
            for (int round = 0; round < 2; round++) {
                assertThat(log.sidecar(PRODUCER_STATE, 99))
                        .as("the latest sidecar up to 99, where they were put at 100, 250 and 400")
                        .isEqualTo("none");
                assertThat(log.sidecar(PRODUCER_STATE, 100))
                        .as("the latest sidecar up to 100, where one was put")
                        .isEqualTo("100:state100");
                assertThat(log.sidecar(PRODUCER_STATE, 399))
                        .as("the latest sidecar up to 399, where they were put at 250 and 400")
                        .isEqualTo("250:state250");
                assertThat(log.sidecar(PRODUCER_STATE, Long.MAX_VALUE))
                        .as("the latest sidecar of all, where the last is at 400")
                        .isEqualTo("400:state400");
                log.reopenLog();
            }
            log.check();
        }
    }

    /** A sidecar put again at its offset replaces the first, also by a shorter one. */
    @Test
    default void aSidecarIsReplaced() {
        assumeTrue(can(Capability.SIDECARS), "the store does not declare SIDECARS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(1);
            log.putSidecar(PRODUCER_STATE, 10, "a longer first state");
            log.putSidecar(PRODUCER_STATE, 10, "second");
            log.putSidecar(PRODUCER_STATE, 10, "");

            assertThat(log.sidecar(PRODUCER_STATE, 10))
                    .as("the sidecar at 10, which was put again empty")
                    .isEqualTo("10:");
            log.putSidecar(PRODUCER_STATE, 10, "third");
            log.reopenLog();
            assertThat(log.sidecar(PRODUCER_STATE, 10))
                    .as("the sidecar at 10, which was put again and the log opened anew")
                    .isEqualTo("10:third");
        }
    }

    /** Of leader epochs the newest replaces all. */
    @Test
    default void theNewestLeaderEpochsReplaceAll() {
        assumeTrue(can(Capability.SIDECARS), "the store does not declare SIDECARS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(2);
            log.putSidecar(LEADER_EPOCHS, 0, "0\n1\n0 0\n");
            log.putSidecar(LEADER_EPOCHS, 10, "0\n2\n0 0\n1 10\n");
            for (int round = 0; round < 2; round++) {
                assertThat(log.sidecar(LEADER_EPOCHS, Long.MAX_VALUE))
                        .as("the leader epochs, which were put again at 10")
                        .endsWith(":0\n2\n0 0\n1 10\n");
                assertThat(log.sidecar(PRODUCER_STATE, Long.MAX_VALUE))
                        .as("the latest producer state, where only leader epochs were put")
                        .isEqualTo("none");
                log.reopenLog();
            }
        }
    }

    /** Trimming drops what lies below, the latest of that excepted. */
    @Test
    default void trimmingKeepsTheLatestBelow() {
        assumeTrue(can(Capability.SIDECARS), "the store does not declare SIDECARS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            for (long offset : new long[] {100, 200, 300, 400}) {
                log.putSidecar(PRODUCER_STATE, offset, "s");
            }
            log.log().trimSidecars(PRODUCER_STATE, 300);
            for (int round = 0; round < 2; round++) {
                assertThat(log.sidecar(PRODUCER_STATE, 199))
                        .as("the latest sidecar up to 199, after what is below 300 was trimmed")
                        .isEqualTo("none");
                assertThat(log.sidecar(PRODUCER_STATE, 299))
                        .as("the latest sidecar up to 299, which trimming at 300 keeps")
                        .isEqualTo("200:s");
                assertThat(log.sidecar(PRODUCER_STATE, 300))
                        .as("the latest sidecar up to 300, after trimming at 300")
                        .isEqualTo("300:s");
                assertThat(log.sidecar(PRODUCER_STATE, Long.MAX_VALUE))
                        .as("the latest sidecar of all, after trimming at 300")
                        .isEqualTo("400:s");
                log.reopenLog();
            }
        }
    }

    /** Truncation takes the sidecars beyond the new end with it; one at the end stays. */
    @Test
    default void truncationTakesSidecarsBeyondItAlong() {
        assumeTrue(can(Capability.SIDECARS), "the store does not declare SIDECARS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            for (long offset : new long[] {100, 200, 210, 400}) {
                log.putSidecar(PRODUCER_STATE, offset, "s");
            }
            log.truncateTo(200);
            for (int round = 0; round < 2; round++) {
                assertThat(log.sidecar(PRODUCER_STATE, Long.MAX_VALUE))
                        .as("the latest sidecar after truncation to 200")
                        .isEqualTo("200:s");
                log.reopenLog();
            }
            log.fill(40);
            assertThat(log.sidecar(PRODUCER_STATE, Long.MAX_VALUE))
                    .as("the latest sidecar after truncation to 200 and more appends")
                    .isEqualTo("200:s");
        }
    }

    /** A reset takes them all. */
    @Test
    default void resetTakesSidecarsAlong() {
        assumeTrue(can(Capability.SIDECARS), "the store does not declare SIDECARS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            log.putSidecar(PRODUCER_STATE, 200, "s");
            log.reset(1_000);
            log.fill(1);
            for (int round = 0; round < 2; round++) {
                assertThat(log.sidecar(PRODUCER_STATE, Long.MAX_VALUE))
                        .as("the latest sidecar after a reset")
                        .isEqualTo("none");
                log.reopenLog();
            }
        }
    }

    /** Sidecars above the start stay when it moves. */
    @Test
    default void sidecarsAboveTheStartStay() {
        assumeTrue(can(Capability.SIDECARS), "the store does not declare SIDECARS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(40);
            log.putSidecar(PRODUCER_STATE, 300, "s300");
            log.putSidecar(PRODUCER_STATE, 400, "s400");
            log.advanceStart(290);
            assertThat(log.sidecar(PRODUCER_STATE, 399))
                    .as("the latest sidecar up to 399, after the start moved to 290")
                    .isEqualTo("300:s300");
            assertThat(log.sidecar(PRODUCER_STATE, Long.MAX_VALUE))
                    .as("the latest sidecar of all, after the start moved to 290")
                    .isEqualTo("400:s400");
        }
    }

    /** A large sidecar is kept whole. */
    @Test
    default void aLargeSidecarIsKeptWhole() {
        assumeTrue(can(Capability.SIDECARS), "the store does not declare SIDECARS");
        try (LogUnderTest log = LogUnderTest.open(this)) {
            log.fill(1);
            String large = "0123456789".repeat(20_000);
            log.putSidecar(PRODUCER_STATE, 10, large);
            log.reopenLog();
            assertThat(log.sidecar(PRODUCER_STATE, 10))
                    .as("a sidecar of 200000 bytes, after the log was opened anew")
                    .isEqualTo("10:" + large);
        }
    }
}
