package mortise.broker.partition;

import static mortise.broker.partition.PartitionRig.TOPIC;
import static mortise.broker.partition.PartitionRig.batch;
import static mortise.broker.partition.PartitionRig.topic;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import mortise.api.ErrorCode;
import mortise.broker.partition.PartitionRig.Sent;
import mortise.tck.sim.SimClock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A wall clock that goes backwards breaks nothing and loses nothing. */
class BackwardClockTest {
    private static final long DAY = Duration.ofDays(1).toMillis();

    private final PartitionRig rig = new PartitionRig();

    @AfterEach
    void close() {
        rig.close();
    }

    private void back(long millis) {
        rig.clock.setWall(rig.clock.wallMillis() - millis);
    }

    @Test
    void appendTimesFollowTheClockAndOffsetsGoOn() {
        Partition partition = rig.open("t", 0, topic(TopicSettingsEdit::logAppendTime));
        Sent before = rig.send(partition, batch(2, 10));
        back(DAY);
        Sent after = rig.send(partition, batch(2, 10));
        assertThat(before.error()).isEqualTo(ErrorCode.NONE);
        assertThat(after.error()).isEqualTo(ErrorCode.NONE);
        assertThat(after.firstOffset()).isEqualTo(2);
        assertThat(before.logAppendTime()).isEqualTo(SimClock.START_MILLIS);
        assertThat(after.logAppendTime()).isEqualTo(SimClock.START_MILLIS - DAY);
        assertThat(rig.log("t", 0).bounds().endOffset()).isEqualTo(4);
    }

    @Test
    void aProducerIsNotForgottenAndItsSequenceGoesOn() {
        Partition partition = rig.open("t", 0, TOPIC);
        rig.send(partition, batch(1, 10, 7, (short) 0, 0));
        back(2 * DAY);
        partition.expireProducers();
        rig.settle();
        Sent next = rig.send(partition, batch(1, 10, 7, (short) 0, 1));
        Sent retry = rig.send(partition, batch(1, 10, 7, (short) 0, 0));
        rig.clock.setWall(SimClock.START_MILLIS);
        partition.expireProducers();
        rig.settle();
        Sent gap = rig.send(partition, batch(1, 10, 7, (short) 0, 9));
        assertThat(next.error()).isEqualTo(ErrorCode.NONE);
        assertThat(retry.firstOffset()).as("a retry is found").isZero();
        assertThat(gap.error())
                .as("the producer is still known once the clock is right again")
                .isEqualTo(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER);
    }
}
