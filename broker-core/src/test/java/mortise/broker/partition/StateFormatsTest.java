package mortise.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import mortise.record.RecordBatch;
import org.junit.jupiter.api.Test;

/** The bytes of producer snapshots and leader epochs, as Apache Kafka reads and writes them. */
class StateFormatsTest {
    /**
     * One producer: id 4711, epoch 3, last sequence 12, last offset 99, delta 4, time
     * 1767225600000.
     */
    private static final String SNAPSHOT =
            "0001"
                    + "CCCCCCCC"
                    + "00000001"
                    + "0000000000001267"
                    + "0003"
                    + "0000000c"
                    + "0000000000000063"
                    + "00000004"
                    + "0000019b76daa800"
                    + "ffffffff"
                    + "ffffffffffffffff";

    private static ProducerStates one() {
        ProducerStates producers = new ProducerStates(10);
        producers.restore(4_711, (short) 3, 12, 99, 4, 1_767_225_600_000L, 1_767_225_600_000L);
        return producers;
    }

    @Test
    void aSnapshotHasKafkasBytes() {
        String hex = HexFormat.of().formatHex(one().snapshot().array());

        assertThat(hex.substring(0, 4) + "CCCCCCCC" + hex.substring(12)).isEqualTo(SNAPSHOT);
    }

    @Test
    void aSnapshotIsReadBack() {
        ProducerStates again = new ProducerStates(10);

        ProducerSnapshot.decode(one().snapshot(), again);

        ProducerEntry entry = again.find(4_711);
        assertThat(entry.epoch()).isEqualTo((short) 3);
        assertThat(entry.lastSequence()).isEqualTo(12);
        assertThat(entry.lastOffset()).isEqualTo(99);
        assertThat(entry.offsetDelta()).isEqualTo(4);
        assertThat(entry.activeMillis()).isEqualTo(1_767_225_600_000L);
    }

    /** The batches of the same producer before and with that one, beside the snapshot. */
    private static final String BATCHES =
            "0001"
                    + "CCCCCCCC"
                    + "SSSSSSSS"
                    + "00000001"
                    + "0000000000001267"
                    + "0003"
                    + "0000019b76daa800"
                    + "02"
                    + "00000007"
                    + "000000000000005e"
                    + "00000002"
                    + "0000019b76daa7ff"
                    + "0000000c"
                    + "0000000000000063"
                    + "00000004"
                    + "0000019b76daa800";

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(buffer.position(), bytes);
        return bytes;
    }

    private static ProducerStates two() {
        ProducerStates producers = new ProducerStates(10);
        producers.restore(4_711, (short) 3, 7, 94, 2, 1_767_225_599_999L, 1_767_225_600_000L);
        producers.restore(4_711, (short) 3, 12, 99, 4, 1_767_225_600_000L, 1_767_225_600_000L);
        return producers;
    }

    @Test
    void theBatchesBesideASnapshotHaveTheirBytes() {
        ByteBuffer file = ProducerBatches.encode(two(), two().snapshot());
        String hex = HexFormat.of().formatHex(bytes(file));
        byte[] snapshot = bytes(two().snapshot());
        String snapshotCrc = HexFormat.of().formatHex(snapshot).substring(4, 12);

        assertThat(hex.substring(0, 4) + "CCCCCCCC" + hex.substring(12))
                .isEqualTo(BATCHES.replace("SSSSSSSS", snapshotCrc));
        assertThat(HexFormat.of().formatHex(snapshot, 10, 56))
                .as("the snapshot keeps the last one, as Apache Kafka's does")
                .isEqualTo(SNAPSHOT.substring(20));
    }

    @Test
    void theBatchesBesideASnapshotAreReadBack() {
        ProducerStates again = new ProducerStates(10);

        ProducerBatches.decode(
                ProducerBatches.encode(two(), two().snapshot()), two().snapshot(), again);

        ProducerEntry entry = again.find(4_711);
        assertThat(entry.count()).isEqualTo(2);
        assertThat(entry.epoch()).isEqualTo((short) 3);
        int older = entry.find((short) 3, 5, 7);
        assertThat(entry.firstOffset(older)).isEqualTo(92);
        assertThat(entry.timestamp(older)).isEqualTo(1_767_225_599_999L);
        assertThat(entry.firstOffset(entry.find((short) 3, 8, 12))).isEqualTo(95);
        assertThat(entry.activeMillis()).isEqualTo(1_767_225_600_000L);
    }

    @Test
    void everyFlippedByteOfTheBatchesIsNoticed() {
        ByteBuffer file = ProducerBatches.encode(two(), two().snapshot());
        for (int i = 0; i < file.limit(); i++) {
            byte[] damaged = bytes(file);
            damaged[i] ^= 0x10;
            refused(ByteBuffer.wrap(damaged), two().snapshot());
        }
        for (int length = 0; length < file.limit(); length++) {
            refused(file.slice(0, length), two().snapshot());
        }
    }

    @Test
    void theBatchesBesideAnotherSnapshotAreRefused() {
        refused(ProducerBatches.encode(two(), two().snapshot()), new ProducerStates(1).snapshot());
    }

    private static void refused(ByteBuffer batches, ByteBuffer snapshot) {
        ProducerStates untouched = new ProducerStates(10);
        assertThatThrownBy(() -> ProducerBatches.decode(batches, snapshot, untouched))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(untouched.size()).isZero();
    }

    @Test
    void everyFlippedByteOfASnapshotIsNoticed() {
        byte[] bytes = one().snapshot().array();
        for (int i = 0; i < bytes.length; i++) {
            byte[] damaged = bytes.clone();
            damaged[i] ^= 0x10;
            assertThatThrownBy(() ->
                            ProducerSnapshot.decode(
                                    ByteBuffer.wrap(damaged), new ProducerStates(10)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer torn = ByteBuffer.wrap(bytes, 0, length);
            assertThatThrownBy(() -> ProducerSnapshot.decode(torn, new ProducerStates(10)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void leaderEpochsHaveKafkasText() {
        LeaderEpochs epochs = LeaderEpochs.NONE.begin(0, 0).begin(3, 17).begin(9, 200);

        String text = StandardCharsets.UTF_8.decode(epochs.toText()).toString();

        assertThat(text).isEqualTo("0\n3\n0 0\n3 17\n9 200\n");
        assertThat(LeaderEpochs.parse(epochs.toText())).hasToString(epochs.toString());
    }

    @Test
    void leaderEpochsThatAreNoneAreRefused() {
        for (String text :
                new String[] {
                    "", "0\n", "0\n1\n", "1\n0\n", "0\n1\n3\n", "0\nx\n", "0\n0\n1 2\n"
                }) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            assertThatThrownBy(() -> LeaderEpochs.parse(bytes))
                    .as(text)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void leaderEpochsAreCutAtBothEnds() {
        LeaderEpochs epochs = LeaderEpochs.NONE.begin(0, 0).begin(3, 17).begin(9, 200);

        assertThat(epochs.upTo(200).latest()).isEqualTo(3);
        assertThat(epochs.from(20)).hasToString("epochs [3, 9] at [20, 200]");
        assertThat(epochs.from(17)).hasToString("epochs [3, 9] at [17, 200]");
        assertThat(epochs.from(0)).isSameAs(epochs);
        assertThat(epochs.epochAt(16)).isZero();
        assertThat(epochs.epochAt(17)).isEqualTo(3);
        // an epoch in which nothing was written leaves no trace
        assertThat(epochs.begin(10, 200)).hasToString("epochs [0, 3, 10] at [0, 17, 200]");
    }

    @Test
    void producersBeyondTheBoundMakeTheLongestSilentGo() {
        ProducerStates producers = new ProducerStates(20);
        for (int i = 0; i < 100; i++) {
            RecordBatch batch = PartitionRig.batch(1, 1, i, (short) 0, 0);
            batch.stampOffset(i, 0);
            producers.wrote(batch, 1_000 + i);
            assertThat(producers.size()).isLessThanOrEqualTo(20);
        }

        assertThat(producers.find(99)).isNotNull();
        assertThat(producers.find(0)).isNull();
    }
}
