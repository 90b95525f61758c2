package mortise.broker.fetch;

import static mortise.broker.partition.PartitionRig.TOPIC;
import static mortise.broker.partition.PartitionRig.batch;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import mortise.broker.partition.FakeRequest;
import mortise.broker.partition.Partition;
import mortise.tck.sim.Seeded;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.FetchResponse.PartitionData;

/**
 * A consumer with a session against many partitions that are appended to at random: it sees every
 * batch once and in order, whatever limits it sets, whatever is cold, and it never waits while
 * there is something to read.
 */
class FetchModelTest {
    private static final int PARTITIONS = 6;
    private static final int STEPS = 400;

    @Seeded(runs = 100)
    void aSessionDeliversEverythingOnceAndInOrder(RandomGenerator random) {
        FetchRig rig = new FetchRig();
        List<Partition> partitions = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            partitions.add(rig.partitions.open("t", i, TOPIC));
        }
        Consumer consumer = new Consumer(rig, random);
        for (int step = 0; step < STEPS; step++) {
            int dice = random.nextInt(10);
            if (dice < 5) {
                Partition partition = partitions.get(random.nextInt(PARTITIONS));
                rig.partitions.send(partition, batch(random.nextInt(1, 3), 30));
            } else if (dice == 5) {
                int index = random.nextInt(PARTITIONS);
                rig.partitions.log("t", index).recentFrom =
                        random.nextLong(rig.partitions.log("t", index).end().offset() + 1);
            } else if (dice == 6) {
                rig.partitions.clock.advance(Duration.ofMillis(random.nextInt(200)));
                rig.turn();
            } else {
                rig.turn();
                consumer.poll();
            }
        }
        rig.turn();
        consumer.finish();

        for (int i = 0; i < PARTITIONS; i++) {
            assertThat(consumer.positions[i])
                    .isEqualTo(rig.partitions.log("t", i).bounds().endOffset());
            assertThat(rig.partitions.log("t", i).openSlices).isZero();
        }
    }

    /** A consumer that fetches increments and moves on by what it got. */
    private static final class Consumer {
        private final FetchRig rig;
        private final RandomGenerator random;
        private final long[] positions = new long[PARTITIONS];
        private final boolean[] moved = new boolean[PARTITIONS];
        private int session;
        private int epoch;
        private FakeRequest inFlight;

        Consumer(FetchRig rig, RandomGenerator random) {
            this.rig = rig;
            this.random = random;
        }

        /** Takes the answer, if there is one, and asks again. */
        void poll() {
            if (inFlight != null) {
                if (!inFlight.answered()) {
                    assertNothingToRead();
                    return;
                }
                take(inFlight.answer(FetchResponse.class));
            }
            ask(random.nextInt(3) == 0 ? 0 : 100, random.nextBoolean() ? 250 : 1 << 20);
        }

        void finish() {
            for (int round = 0; round < 200; round++) {
                if (inFlight == null || inFlight.answered()) {
                    if (inFlight != null) {
                        take(inFlight.answer(FetchResponse.class));
                    }
                    ask(0, 1 << 20);
                } else {
                    rig.partitions.clock.advance(Duration.ofMillis(200));
                    rig.turn();
                }
            }
            take(inFlight.answer(FetchResponse.class));
        }

        private void assertNothingToRead() {
            for (int i = 0; i < PARTITIONS; i++) {
                assertThat(positions[i])
                        .as("partition %s while a fetch waits", i)
                        .isEqualTo(rig.partitions.log("t", i).bounds().endOffset());
            }
        }

        private void ask(int waitMillis, int maxBytes) {
            FetchRig.Fetch fetch =
                    rig.fetch().session(session, epoch).wait(waitMillis).maxBytes(maxBytes);
            for (int i = 0; i < PARTITIONS; i++) {
                if (session == 0 || moved[i]) {
                    fetch.from("t", i, positions[i]);
                    moved[i] = false;
                }
            }
            inFlight = fetch.send();
        }

        private void take(FetchResponse response) {
            assertThat(response.errorCode()).isZero();
            session = response.sessionId();
            epoch++;
            for (PartitionData data : FetchRig.partitions(response)) {
                assertThat(data.errorCode()).isZero();
                int index = data.partitionIndex();
                for (long offset : FetchRig.offsets(data)) {
                    assertThat(offset).isGreaterThanOrEqualTo(positions[index]);
                    assertThat(offset).isEqualTo(positions[index]);
                    positions[index] = nextOffset(index, offset);
                    moved[index] = true;
                }
            }
            inFlight = null;
        }

        private long nextOffset(int index, long offset) {
            return rig.partitions.log("t", index).offsetAfterBatchAt(offset);
        }
    }
}
