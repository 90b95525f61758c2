package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.UnaryOperator;
import mortise.api.TopicId;
import mortise.api.TopicPartition;
import mortise.api.config.Config;
import mortise.api.metrics.Metrics;
import mortise.broker.flush.FlushCoordinator;
import mortise.broker.flush.FlushTicket;
import mortise.broker.flush.FlushWorkers;
import mortise.broker.mailbox.DrainWorkers;
import mortise.broker.mailbox.Drains;
import mortise.broker.mailbox.Mailbox;
import mortise.broker.mailbox.Trampoline;
import mortise.broker.runtime.Blocking;
import mortise.broker.runtime.Failures;
import mortise.broker.runtime.Lanes;
import mortise.broker.runtime.OneThread;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicSettings;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogStore;
import mortise.tck.sim.SimClock;
import mortise.tck.sim.SimTimers;
import org.slf4j.LoggerFactory;

/**
 * Partitions over heap logs in one thread: drain threads are a queue that {@link #settle} empties,
 * flusher threads likewise, blocking work runs inline, and time passes when a test says so.
 */
public final class PartitionRig implements AutoCloseable {
    public static final int NODE = 1;
    public static final TopicSettings TOPIC = new TopicSettingsEdit().settings();

    public final SimClock clock = new SimClock();
    public final SimTimers timers = new SimTimers(clock);
    public final HeapLogStore store;
    public final Partitions partitions;
    public final FlushCoordinator flushes;
    public final Config config;
    public final Blocking blocking;
    private final ArrayDeque<Mailbox<?, ?>> handedOn = new ArrayDeque<>();
    private final ArrayDeque<FlushTicket> flushLine = new ArrayDeque<>();
    private final Drains drains;
    private final Trampoline worker;

    public PartitionRig() {
        this(new HeapLogStore(), Map.of());
    }

    public PartitionRig(HeapLogStore store, Map<String, String> config) {
        this(store, store, config, new InlineBlocking());
    }

    /** Partitions over another store's logs, or with other tasks. */
    public PartitionRig(LogStore logs, Map<String, String> config, Blocking blocking) {
        this(logs instanceof HeapLogStore heap ? heap : new HeapLogStore(), logs, config, blocking);
    }

    private PartitionRig(
            HeapLogStore store, LogStore logs, Map<String, String> settings, Blocking blocking) {
        this.store = store;
        this.blocking = blocking;
        this.config = Config.of(PartitionSettings.SCHEMA, settings);
        this.drains =
                new Drains(
                        PartitionSettings.drainBounds(config),
                        Metrics.discarding(),
                        all ->
                                new DrainWorkers() {
                                    @Override
                                    public void submit(Mailbox<?, ?> mailbox) {
                                        handedOn.add(mailbox);
                                    }

                                    @Override
                                    public void close() {}
                                });
        this.worker = drains.workerTrampoline();
        this.flushes =
                new FlushCoordinator(directory ->
                        new FlushWorkers() {
                            @Override
                            public void submit(FlushTicket ticket) {
                                flushLine.add(ticket);
                            }

                            @Override
                            public void close() {}
                        });
        this.partitions =
                new Partitions(
                        config,
                        logs,
                        new PartitionServices(
                                NODE,
                                clock,
                                timers,
                                Lanes.shared(blocking),
                                Metrics.discarding(),
                                new OneThread(0), // which has its drains already
                                flushes),
                        drains);
    }

    /** Where failures of parts go that no test looks at. */
    static Failures unexpected() {
        return Failures.in(
                Metrics.discarding(), new SimClock(), LoggerFactory.getLogger(PartitionRig.class));
    }

    /** Runs what was handed on until nothing is. */
    public void settle() {
        for (Mailbox<?, ?> next = handedOn.poll(); next != null; next = handedOn.poll()) {
            drains.drainAsWorker(next, worker);
        }
    }

    /** Runs one mailbox that was handed on; false if none was. */
    public boolean settleOne() {
        Mailbox<?, ?> next = handedOn.poll();
        if (next == null) {
            return false;
        }
        drains.drainAsWorker(next, worker);
        return true;
    }

    /** Serves the syncs that were asked for. */
    public void flush() {
        for (FlushTicket next = flushLine.poll(); next != null; next = flushLine.poll()) {
            next.serve();
        }
        settle();
    }

    public int flushesAsked() {
        return flushLine.size();
    }

    /** Opens a partition and lets it lead. */
    public Partition open(String topic, int index, TopicSettings topicSettings) {
        return open(topic, index, topicSettings, 0);
    }

    public Partition open(String topic, int index, TopicSettings topicSettings, int epoch) {
        CompletionStage<Void> opened =
                partitions.open(id(topic, index), led(index, epoch), topicSettings);
        settle();
        opened.toCompletableFuture().join();
        return find(topic, index);
    }

    public Partition find(String topic, int index) {
        Partition partition = partitions.find(topic, index);
        if (partition == null) {
            throw new AssertionError(topic + "-" + index + " is not there");
        }
        return partition;
    }

    public HeapLog log(String topic, int index) {
        return store.log(id(topic, index));
    }

    public static LogId id(String topic, int index) {
        return new LogId(topicId(topic), new TopicPartition(topic, index));
    }

    public static TopicId topicId(String topic) {
        return new TopicId(new UUID(42, topic.hashCode()));
    }

    public static PartitionImage led(int index, int epoch) {
        return new PartitionImage(index, List.of(NODE), List.of(NODE), NODE, epoch, epoch);
    }

    public static TopicSettings topic(UnaryOperator<TopicSettingsEdit> edit) {
        return edit.apply(new TopicSettingsEdit()).settings();
    }

    /** A batch of so many records with values of so many bytes, as a producer sends it. */
    public static RecordBatch batch(int records, int valueBytes) {
        return batch(records, valueBytes, -1, (short) -1, -1);
    }

    public static RecordBatch batch(
            int records, int valueBytes, long producerId, short epoch, int sequence) {
        return batch(records, valueBytes, producerId, epoch, sequence, SimClock.START_MILLIS);
    }

    public static RecordBatch batch(
            int records,
            int valueBytes,
            long producerId,
            short epoch,
            int sequence,
            long timestamp) {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(256);
        if (producerId >= 0) {
            builder.producer(producerId, epoch, sequence);
        }
        for (int i = 0; i < records; i++) {
            builder.append(timestamp + i, null, ByteBuffer.allocate(valueBytes));
        }
        return builder.build();
    }

    /** A batch that notes how it ended. */
    public static final class Sent extends AppendBatch {
        private int completions;

        public Sent(RecordBatch batch) {
            this(batch, (short) -1, Long.MAX_VALUE);
        }

        public Sent(RecordBatch batch, short acks, long deadlineNanos) {
            super(batch, acks, deadlineNanos);
        }

        @Override
        protected void completed() {
            completions++;
            if (completions > 1) {
                throw new AssertionError("completed twice");
            }
        }

        public boolean done() {
            return completions == 1;
        }
    }

    /** Sends one batch, with credit, and lets everything settle. */
    public Sent send(Partition partition, RecordBatch batch) {
        Sent sent = offer(partition, new Sent(batch));
        settle();
        return sent;
    }

    /** Sends one batch, with credit. */
    public static Sent offer(Partition partition, Sent sent) {
        if (!partition.mailbox().tryTake(sent.sizeInBytes())) {
            throw new AssertionError("no room");
        }
        partition.mailbox().offer(sent);
        return sent;
    }

    /** Stops cleanly, so that a rig over the same store continues. */
    public void stop() {
        CompletionStage<Void> stopped = partitions.stop();
        settle();
        stopped.toCompletableFuture().join();
    }

    @Override
    public void close() {
        flushes.close();
    }

    /** Work that may block, done at once. */
    public static final class InlineBlocking implements Blocking {
        @Override
        public <T> CompletionStage<T> run(String what, Callable<T> task) {
            try {
                return CompletableFuture.completedFuture(task.call());
            } catch (Exception failed) {
                return CompletableFuture.failedFuture(failed);
            }
        }
    }
}
