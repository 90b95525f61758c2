package mortise.broker.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.PartitionLog;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

/** What is known of transactions when a log is opened. */
class OpenedTransactionsTest {
    private static final LogId ORDERS_0 =
            new LogId(new TopicId(new UUID(1, 2)), new TopicPartition("orders", 0));

    private final HeapLogStore store = new HeapLogStore();
    private final PartitionLog log = store.open(ORDERS_0, LogSettings.DEFAULTS);
    private final TransactionalBatches batches = new TransactionalBatches(log);

    private PartitionState read() {
        return PartitionState.of(
                "orders-0", log, ProducerBounds.of(Config.defaults(PartitionSettings.SCHEMA)), 0);
    }

    private static long stable(PartitionState state, long highWatermark) {
        return state.lastStable().below(new LogPosition(highWatermark, highWatermark)).offset();
    }

    @Test
    void markersEndTransactionsAndAnOpenOneHoldsReadersBack() {
        batches.data(7, 0);
        batches.data(8, 0);
        batches.data(7, 1);
        batches.commit(8); // 3
        batches.abort(7, null); // 4
        batches.plain(9, 0);
        batches.data(8, 1); // 6
        batches.data(7, 2);

        PartitionState state = read();

        assertThat(state.producers().transactions().first()).as("first open").isEqualTo(6);
        assertThat(stable(state, 8)).as("last stable offset").isEqualTo(6);
        assertThat(state.producers().find(7)).as("producer").isNotNull();
        assertThat(state.producers().find(7).coordinatorEpoch()).isEqualTo(6);
        assertThat(state.producers().find(7).lastSequence()).isEqualTo(2);
    }

    @Test
    void aMarkerAboveTheHighWatermarkDecidesNothingYet() {
        batches.data(7, 0);
        batches.data(8, 0);
        batches.commit(7); // 2
        batches.commit(8); // 3

        PartitionState state = read();

        assertThat(stable(state, 2)).as("no marker is below").isZero();
        assertThat(stable(state, 3)).as("one is").isEqualTo(1);
        assertThat(stable(state, 4)).as("both are").isEqualTo(4);
    }

    @Test
    void whatACrashTookOfTheAbortedIsKeptAgain() {
        batches.data(7, 0);
        AbortedTransaction first = new AbortedTransaction(7, 0, 1, 2);
        batches.abort(7, first);
        log.sync();
        batches.data(8, 0); // 2
        batches.data(7, 1); // 3
        batches.abort(7, null); // 4, forgotten
        batches.abort(8, new AbortedTransaction(8, 1, 5, 6)); // wrong

        read();

        assertThat(log.abortedTransactions(0, 10))
                .containsExactly(
                        first,
                        new AbortedTransaction(7, 3, 4, 2),
                        new AbortedTransaction(8, 2, 5, 6));
    }

    @Test
    void whoHasATransactionOpenIsNotForgotten() {
        ProducerStates producers = new ProducerStates(3);
        batches.data(7, 0);
        PartitionState state = read();
        state.producers().expire(Long.MAX_VALUE);
        assertThat(state.producers().find(7)).as("after its time is up").isNotNull();

        ProducerSnapshot.decode(state.producers().snapshot(), producers);
        for (int i = 0; i < 20; i++) {
            producers.restore(100 + i, (short) 0, 0, i, 0, i, 1_000 + i);
        }
        assertThat(producers.find(7)).as("in a full table").isNotNull();
        assertThat(producers.transactions().firstOffset(7)).isZero();
    }

    /**
     * Random transactions, synced and kept at random places: opening tells the same as all of it.
     */
    @Seeded(runs = 300)
    void anySnapshotTellsWhatTheWholeLogTells(RandomGenerator random) {
        HeapLogStore other = new HeapLogStore();
        PartitionLog reference = other.open(ORDERS_0, LogSettings.DEFAULTS);
        TransactionalBatches alike = new TransactionalBatches(reference);
        TreeMap<Long, Long> open = new TreeMap<>();
        List<AbortedTransaction> aborted = new ArrayList<>();
        int[] sequences = new int[5];
        for (int step = random.nextInt(60); step > 0; step--) {
            int producer = random.nextInt(5);
            Long begun = open.get((long) producer);
            switch (random.nextInt(8)) {
                case 0 -> {
                    if (begun == null) {
                        batches.plain(producer, sequences[producer]);
                        alike.plain(producer, sequences[producer]++);
                    }
                }
                case 1 -> {
                    batches.commit(producer);
                    alike.commit(producer);
                    open.remove((long) producer);
                }
                case 2, 3 -> {
                    long marker = log.end().offset();
                    open.remove((long) producer);
                    AbortedTransaction told =
                            begun == null
                                    ? null
                                    : new AbortedTransaction(
                                            producer,
                                            begun,
                                            marker,
                                            open.values().stream()
                                                    .mapToLong(first -> first)
                                                    .min()
                                                    .orElse(marker + 1));
                    batches.abort(producer, random.nextBoolean() ? told : null);
                    alike.abort(producer, null);
                    if (told != null) {
                        aborted.add(told);
                    }
                }
                case 4 -> {
                    PartitionState state = read();
                    new KeptState(log, state).keepProducers(log.end().offset());
                }
                case 5 -> {
                    read(); // or the crash would have lost what a writer told
                    log.sync();
                }
                default -> {
                    open.putIfAbsent((long) producer, log.end().offset());
                    batches.data(producer, sequences[producer]);
                    alike.data(producer, sequences[producer]++);
                }
            }
        }

        PartitionState state = read();

        PartitionState whole =
                PartitionState.of(
                        "orders-0",
                        reference,
                        ProducerBounds.of(Config.defaults(PartitionSettings.SCHEMA)),
                        0);
        long end = log.end().offset();
        assertThat(log.abortedTransactions(0, end)).containsExactlyElementsOf(aborted);
        assertThat(state.producers().snapshot()).isEqualTo(whole.producers().snapshot());
        assertThat(stable(state, end))
                .isEqualTo(open.values().stream().mapToLong(first -> first).min().orElse(end));
    }
}
