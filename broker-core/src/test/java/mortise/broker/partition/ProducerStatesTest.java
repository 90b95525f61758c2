package mortise.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import mortise.api.ErrorCode;
import mortise.record.RecordBatch;
import org.junit.jupiter.api.Test;

/** The bound of the producer table: who is forgotten, and who is not. */
class ProducerStatesTest {
    private static final int MOST = 100;
    private static final long NOW = 1_000;

    private final ProducerStates producers = new ProducerStates(MOST);

    private static RecordBatch batch(long producerId, int sequence) {
        return PartitionRig.batch(1, 10, producerId, (short) 0, sequence);
    }

    private void write(long producerId, long nowMillis) {
        producers.beginTurn();
        RecordBatch batch = batch(producerId, 0);
        assertThat(producers.check(batch)).isEqualTo(ProducerStates.Accept.INSTANCE);
        producers.wrote(batch, nowMillis);
    }

    @Test
    void aFullTableForgetsTheLongestSilentTenth() {
        for (int id = 0; id < MOST; id++) {
            write(id, NOW + id);
        }

        write(MOST, NOW + MOST);

        assertThat(producers.size()).isEqualTo(MOST - MOST / 10 + 1);
        assertThat(producers.find(9)).isNull();
        assertThat(producers.find(10)).isNotNull();
    }

    @Test
    void aFullTableOfOneMillisecondForgetsATenthToo() {
        for (int id = 0; id < MOST; id++) {
            write(id, NOW);
        }

        write(MOST, NOW);

        assertThat(producers.size()).isEqualTo(MOST - MOST / 10 + 1);
    }

    @Test
    void aProducerWithABatchInTheTurnIsNotForgottenDuringIt() {
        for (int id = 0; id < MOST - 1; id++) {
            write(id, NOW);
        }
        producers.beginTurn();
        assertThat(producers.check(batch(1_000, 0))).isEqualTo(ProducerStates.Accept.INSTANCE);
        for (int id = 2_000; id < 2_000 + MOST; id++) {
            assertThat(producers.check(batch(id, 0))).isEqualTo(ProducerStates.Accept.INSTANCE);
        }

        assertThat(producers.check(batch(1_000, 0))).isEqualTo(ProducerStates.Unsettled.INSTANCE);
    }

    @Test
    void whatFollowsAFirstBatchThatCouldNotBeWrittenWaitsForItsRetry() {
        producers.beginTurn();
        assertThat(producers.check(batch(7, 0))).isEqualTo(ProducerStates.Accept.INSTANCE);

        producers.beginTurn(); // nothing was written
        assertThat(producers.check(batch(7, 1)))
                .isInstanceOfSatisfying(
                        ProducerStates.Refuse.class,
                        refused ->
                                assertThat(refused.error())
                                        .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER));
        RecordBatch retry = batch(7, 0);
        assertThat(producers.check(retry)).isEqualTo(ProducerStates.Accept.INSTANCE);
        producers.wrote(retry, NOW);

        producers.beginTurn();
        assertThat(producers.check(batch(7, 1))).isEqualTo(ProducerStates.Accept.INSTANCE);
    }

    @Test
    void aNewEpochDoesNotWaitForWhatTheOldOneCouldNotWrite() {
        producers.beginTurn();
        assertThat(producers.check(batch(7, 5))).isEqualTo(ProducerStates.Accept.INSTANCE);

        producers.beginTurn();
        assertThat(producers.check(PartitionRig.batch(1, 10, 7, (short) 1, 9)))
                .isEqualTo(ProducerStates.Accept.INSTANCE);
    }

    @Test
    void aSnapshotOfMoreThanTheTableHoldsIsCutToTheLatest() {
        for (int id = 0; id < 3 * MOST; id++) {
            producers.restore(id, (short) 0, 0, id, 0, NOW + id, NOW + id);
        }

        assertThat(producers.size()).isLessThanOrEqualTo(MOST);
        assertThat(producers.find(3 * MOST - 1)).isNotNull();
        assertThat(producers.find(0)).isNull();
    }

    @Test
    void whatAllPartitionsRememberTogetherIsBounded() {
        RememberedProducers all = new RememberedProducers(60);
        ProducerStates other = new ProducerStates(MOST);
        producers.countIn(all);
        other.countIn(all);
        for (int id = 0; id < 50; id++) {
            write(id, NOW + id);
        }
        for (int id = 0; id < 500; id++) {
            other.beginTurn();
            RecordBatch batch = batch(id, 0);
            assertThat(other.check(batch)).isEqualTo(ProducerStates.Accept.INSTANCE);
            other.wrote(batch, NOW + id);
        }

        assertThat(all.count()).isEqualTo(producers.size() + other.size()).isLessThanOrEqualTo(60);
        assertThat(producers.size()).as("of a partition that took none").isEqualTo(50);
        assertThat(other.find(499)).as("the latest").isNotNull();
        assertThat(other.find(0)).as("the longest silent").isNull();

        producers.stopCounting();

        assertThat(all.count()).isEqualTo(other.size());
    }

    @Test
    void aPartitionRemembersAHandfulThoughOthersTookAllTheRoom() {
        RememberedProducers all = new RememberedProducers(1);
        producers.countIn(all);
        for (int id = 0; id < 20; id++) {
            write(id, NOW + id);
        }

        assertThat(producers.size()).isEqualTo(8);
        assertThat(producers.find(19)).isNotNull();
        assertThat(all.count()).isEqualTo(8);
    }

    @Test
    void whatExpiresGivesItsRoomBack() {
        RememberedProducers all = new RememberedProducers(1_000);
        producers.countIn(all);
        for (int id = 0; id < 20; id++) {
            write(id, NOW + id);
        }

        producers.expire(NOW + 15);

        assertThat(all.count()).isEqualTo(producers.size()).isEqualTo(5);
    }
}
