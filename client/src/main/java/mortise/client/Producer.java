package mortise.client;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.TopicPartition;
import mortise.record.Codec;
import mortise.record.RecordBatchBuilder;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerException;
import mortise.spi.partition.TopicView;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.InitProducerIdRequest;
import mortise.wire.message.InitProducerIdResponse;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceResponse;
import org.jspecify.annotations.Nullable;

/**
 * Sends records of one topic in batches, idempotently: a batch that had to be sent again is stored
 * once. Confined to one thread.
 *
 * <p>When a call fails, a batch that was refused is given up. One whose fate is unknown, or that
 * found no leader in time, is kept, and the next call sends it again first, as it is: calling
 * {@link #flush} again neither loses nor doubles a record. A refused batch that may have been
 * stored by an earlier attempt makes the producer take a new identity before it builds another, so
 * that no sequence number ever stands for two batches.
 *
 * <p>A partitioner, which is the caller's, chooses where each record goes.
 */
public final class Producer implements AutoCloseable {
    private static final short ALL_REPLICAS = -1;
    private static final int BATCH_OVERHEAD = 128;

    private final Cluster cluster;
    private final Clock clock;
    private final String name;
    private final @Nullable Codec codec;
    private final int batchBytes;
    private final Partitioner partitioner;
    private final TopicLeaders leaders;
    private final TopicView view;
    private final Map<Integer, Pending> pending = new TreeMap<>();
    private final Map<Integer, BuiltBatch> unresolved = new TreeMap<>();
    private final List<Stored> stored = new ArrayList<>();
    private @Nullable ProducerIdentity identity;

    /** Records that wait for their batch to be full. */
    private static final class Pending {
        private final List<Entry> entries = new ArrayList<>();
        private int bytes;

        void add(Entry entry) {
            entries.add(entry);
            bytes += entry.bytes;
        }
    }

    private record Entry(
            long timestamp, @Nullable ByteBuffer key, @Nullable ByteBuffer value, int bytes) {}

    /**
     * Where a batch was stored.
     *
     * @param baseOffset the offset of its first record; -1 if the broker knows only that it has it
     */
    public record Stored(TopicPartition partition, long baseOffset, int records) {}

    /**
     * A producer for one topic, which the broker may create.
     *
     * @param codec how batches are compressed; null for not at all
     * @param batchBytes a partition's records are sent when they are about so many
     * @param partitioner chooses each record's partition; closed by the caller
     * @throws BrokerErrorException if there is no such topic and none may be created
     */
    public Producer(
            Cluster cluster,
            Clock clock,
            String topic,
            @Nullable Codec codec,
            int batchBytes,
            Partitioner partitioner) {
        Deadline deadline = cluster.deadline();
        this.cluster = cluster;
        this.clock = clock;
        this.codec = codec;
        this.batchBytes = batchBytes;
        this.partitioner = partitioner;
        this.name = topic;
        this.leaders = TopicLeaders.find(cluster, topic, true, deadline);
        this.view = new MetadataTopic(leaders.topic(deadline));
        this.identity = newIdentity(cluster, deadline);
    }

    private static ProducerIdentity newIdentity(Cluster cluster, Deadline deadline) {
        return cluster.asking(
                deadline,
                () -> {
                    InitProducerIdResponse answer =
                            cluster.anyBroker(deadline)
                                    .call(
                                            ApiKey.INIT_PRODUCER_ID,
                                            new InitProducerIdRequest()
                                                    .transactionalId(null)
                                                    .transactionTimeoutMs(60_000),
                                            InitProducerIdResponse.class,
                                            deadline);
                    BrokerErrorException.check(
                            answer.errorCode(), "asking for a producer id", null);
                    return new ProducerIdentity(answer.producerId(), answer.producerEpoch());
                });
    }

    /**
     * Adds a record and sends what is full. If it throws, the record was not added.
     *
     * @return the batches that were stored by this call, often none
     * @throws PartitionerException if the partitioner fails, or chooses a partition that there is
     *     not; records sent before are not touched by that
     */
    public List<Stored> send(@Nullable ByteBuffer key, @Nullable ByteBuffer value) {
        int bytes = Math.toIntExact(RecordBatchBuilder.bytesOf(key, value, List.of()));
        int partition = choose(key, bytes);
        Pending waiting = pending.get(partition);
        if (waiting != null && waiting.bytes + bytes > batchBytes) {
            sendWaiting(partition, cluster.deadline());
        }
        pending.computeIfAbsent(partition, first -> new Pending())
                .add(new Entry(clock.wallMillis(), key, value, bytes));
        return takeStored();
    }

    private int choose(@Nullable ByteBuffer key, int bytes) {
        ByteBuffer lent = key == null ? null : key.asReadOnlyBuffer();
        int partition;
        try {
            partition = partitioner.partition(view, lent, bytes);
        } catch (PartitionerException named) {
            throw named;
        } catch (RuntimeException failure) {
            throw new PartitionerException(
                    "the partitioner failed for a record of topic " + view.name() + ": " + failure,
                    failure);
        }
        if (partition < 0 || partition >= view.partitionCount()) {
            throw new PartitionerException(
                    "the partitioner chose partition "
                            + partition
                            + " of topic "
                            + view.name()
                            + ", which has partitions 0 to "
                            + (view.partitionCount() - 1)
                            + "; use another partitioner");
        }
        return partition;
    }

    /** Sends everything that waits. */
    public List<Stored> flush() {
        Deadline deadline = cluster.deadline();
        SortedSet<Integer> waiting = new TreeSet<>(unresolved.keySet());
        waiting.addAll(pending.keySet());
        waiting.forEach(partition -> sendWaiting(partition, deadline));
        return takeStored();
    }

    /** The batches that were stored by a call that then failed, if they were not taken yet. */
    public List<Stored> takeStored() {
        if (stored.isEmpty()) {
            return List.of();
        }
        List<Stored> taken = List.copyOf(stored);
        stored.clear();
        return taken;
    }

    /** Sends a partition's batch whose fate is open, if there is one, and then what waits. */
    private void sendWaiting(int partition, Deadline deadline) {
        BuiltBatch earlier = unresolved.get(partition);
        if (earlier != null) {
            resolve(earlier, deadline);
        }
        Pending waiting = pending.get(partition);
        if (waiting != null) {
            BuiltBatch batch = build(partition, waiting, deadline);
            pending.remove(partition);
            unresolved.put(partition, batch);
            resolve(batch, deadline);
        }
    }

    private BuiltBatch build(int partition, Pending waiting, Deadline deadline) {
        ProducerIdentity current = identity;
        if (current == null) {
            current = newIdentity(cluster, deadline);
            identity = current;
        }
        int sequence = current.nextSequence(partition);
        try (RecordBatchBuilder builder =
                RecordBatchBuilder.growing(waiting.bytes + BATCH_OVERHEAD)
                        .producer(current.id(), current.epoch(), sequence)) {
            if (codec != null) {
                builder.codec(codec);
            }
            waiting.entries.forEach(
                    entry -> builder.append(entry.timestamp, entry.key, entry.value));
            return new BuiltBatch(
                    partition, builder.build().buffer(), waiting.entries.size(), current, sequence);
        }
    }

    /** Sends a batch until it is known what became of it, or the deadline passes. */
    private void resolve(BuiltBatch batch, Deadline deadline) {
        Attempts attempts = cluster.attempts(deadline);
        while (true) {
            try {
                long offset = attempt(batch, deadline);
                batch.stored();
                unresolved.remove(batch.partition());
                stored.add(new Stored(partition(batch), offset, batch.records()));
                return;
            } catch (BrokerErrorException refused) {
                leaders.outdate();
                if (!refused.error().retriable()) {
                    giveUp(batch, refused);
                }
                attempts.pauseAfter(refused);
            } catch (ConnectionFailedException failed) {
                leaders.outdate();
                attempts.pauseAfter(failed);
            }
        }
    }

    /** The batch is refused for good; what it may have left behind is another identity's matter. */
    private void giveUp(BuiltBatch batch, BrokerErrorException refused) {
        unresolved.remove(batch.partition());
        boolean forgotten =
                switch (refused.error()) {
                    case OUT_OF_ORDER_SEQUENCE_NUMBER,
                            UNKNOWN_PRODUCER_ID,
                            INVALID_PRODUCER_EPOCH,
                            INVALID_PRODUCER_ID_MAPPING,
                            PRODUCER_FENCED ->
                            true;
                    default -> false;
                };
        if (forgotten || batch.isUncertain()) {
            identity = null;
        }
        if (forgotten) {
            throw refused.adding(
                    "the broker does not remember what this producer sent before: records that it acknowledged may be lost");
        }
    }

    private long attempt(BuiltBatch batch, Deadline deadline) {
        BrokerConnection leader = leaders.leader(batch.partition(), deadline);
        ProduceResponse answer;
        try {
            answer =
                    leader.call(
                            ApiKey.PRODUCE,
                            request(batch, deadline),
                            ProduceResponse.class,
                            deadline);
        } catch (ConnectionFailedException failed) {
            batch.becomeUncertain();
            throw failed.leavingOpen("storing a batch of " + batch.records() + " records");
        }
        ProduceResponse.PartitionProduceResponse part = part(answer, leader, batch);
        if (part.errorCode() == ErrorCode.DUPLICATE_SEQUENCE_NUMBER.code()) {
            return part.baseOffset();
        }
        if (leavesOpen(ErrorCode.of(part.errorCode()))) {
            batch.becomeUncertain();
        }
        BrokerErrorException.check(
                part.errorCode(), "sending to " + partition(batch), part.errorMessage());
        return part.baseOffset();
    }

    private ProduceRequest request(BuiltBatch batch, Deadline deadline) {
        MetadataResponse.MetadataResponseTopic topic = leaders.topic(deadline);
        return new ProduceRequest()
                .acks(ALL_REPLICAS)
                .timeoutMs(deadline.remainingMillis())
                .topicData(
                        List.of(
                                new ProduceRequest.TopicProduceData()
                                        .name(name)
                                        .topicId(topic.topicId())
                                        .partitionData(
                                                List.of(
                                                        new ProduceRequest.PartitionProduceData()
                                                                .index(batch.partition())
                                                                .records(
                                                                        Payload.of(
                                                                                batch.bytes()))))));
    }

    private ProduceResponse.PartitionProduceResponse part(
            ProduceResponse answer, BrokerConnection leader, BuiltBatch batch) {
        return answer.responses().stream()
                .flatMap(topic -> topic.partitionResponses().stream())
                .filter(part -> part.index() == batch.partition())
                .findFirst()
                .orElseThrow(() -> {
                    batch.becomeUncertain();
                    return ConnectionFailedException.incomplete(
                            leader.address(), ApiKey.PRODUCE, partition(batch).toString());
                });
    }

    /** Whether a batch may be stored although this was the answer. */
    private static boolean leavesOpen(ErrorCode error) {
        return switch (error) {
            case NONE, NOT_ENOUGH_REPLICAS, CORRUPT_MESSAGE -> false;
            case UNKNOWN_SERVER_ERROR -> true;
            default -> error.retriable();
        };
    }

    private TopicPartition partition(BuiltBatch batch) {
        return new TopicPartition(name, batch.partition());
    }

    /** Forgets what has not been flushed. */
    @Override
    public void close() {
        pending.clear();
        unresolved.clear();
    }
}
