package mortise.client;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
 * <p>A partitioner, which is the caller's, chooses where each record goes.
 */
public final class Producer implements AutoCloseable {
    private static final int ATTEMPTS = 5;
    private static final short ALL_REPLICAS = -1;

    private final Cluster cluster;
    private final Clock clock;
    private final MetadataResponse.MetadataResponseTopic topic;
    private final @Nullable Codec codec;
    private final int batchBytes;
    private final Partitioner partitioner;
    private final TopicView view;
    private final long producerId;
    private final short producerEpoch;
    private final Map<Integer, Pending> pending = new HashMap<>();
    private final Map<Integer, Integer> nextSequence = new HashMap<>();

    private record Pending(List<Entry> entries) {
        int bytes() {
            return entries.stream().mapToInt(Entry::bytes).sum();
        }
    }

    private record Entry(
            long timestamp, @Nullable ByteBuffer key, @Nullable ByteBuffer value, int bytes) {}

    /** Where a batch was stored. */
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
        this.cluster = cluster;
        this.clock = clock;
        this.codec = codec;
        this.batchBytes = batchBytes;
        this.partitioner = partitioner;
        this.topic = createdTopic(cluster, topic);
        this.view = new MetadataTopic(this.topic);
        InitProducerIdResponse identity =
                cluster.bootstrap()
                        .call(
                                ApiKey.INIT_PRODUCER_ID,
                                new InitProducerIdRequest()
                                        .transactionalId(null)
                                        .transactionTimeoutMs(60_000),
                                InitProducerIdResponse.class);
        BrokerErrorException.check(identity.errorCode(), "asking for a producer id", null);
        this.producerId = identity.producerId();
        this.producerEpoch = identity.producerEpoch();
    }

    private static MetadataResponse.MetadataResponseTopic createdTopic(
            Cluster cluster, String name) {
        for (int attempt = 1; ; attempt++) {
            try {
                return cluster.topic(name, true);
            } catch (BrokerErrorException refused) {
                if (!refused.error().retriable() || attempt == ATTEMPTS) {
                    throw refused;
                }
            }
        }
    }

    /**
     * Adds a record and sends what is full.
     *
     * @return the batches that were stored by this call, often none
     * @throws PartitionerException if the partitioner fails, or chooses a partition that there is
     *     not; records sent before are not touched by that
     */
    public List<Stored> send(@Nullable ByteBuffer key, @Nullable ByteBuffer value) {
        int bytes = Math.toIntExact(RecordBatchBuilder.bytesOf(key, value, List.of()));
        int partition = choose(key, bytes);
        Pending batch = pending.computeIfAbsent(partition, first -> new Pending(new ArrayList<>()));
        List<Stored> stored = List.of();
        if (!batch.entries.isEmpty() && batch.bytes() + bytes > batchBytes) {
            stored = List.of(sendBatch(partition));
            batch = pending.computeIfAbsent(partition, first -> new Pending(new ArrayList<>()));
        }
        batch.entries.add(new Entry(clock.wallMillis(), key, value, bytes));
        return stored;
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
        List<Stored> stored = new ArrayList<>();
        for (int partition : List.copyOf(pending.keySet())) {
            stored.add(sendBatch(partition));
        }
        return stored;
    }

    private Stored sendBatch(int partition) {
        Pending batch = pending.remove(partition);
        if (batch == null) {
            throw new IllegalStateException("nothing waits for partition " + partition);
        }
        int sequence = nextSequence.getOrDefault(partition, 0);
        ByteBuffer bytes = build(batch, sequence);
        TopicPartition target = new TopicPartition(String.valueOf(topic.name()), partition);
        for (int attempt = 1; ; attempt++) {
            try {
                long offset = produce(target, bytes.duplicate());
                int records = batch.entries.size();
                nextSequence.put(partition, (int) ((sequence + (long) records) % (1L << 31)));
                return new Stored(target, offset, records);
            } catch (BrokerErrorException refused) {
                if (!refused.error().retriable() || attempt == ATTEMPTS) {
                    throw refused;
                }
            }
        }
    }

    private ByteBuffer build(Pending batch, int sequence) {
        RecordBatchBuilder builder =
                RecordBatchBuilder.growing(batch.bytes() + 128)
                        .producer(producerId, producerEpoch, sequence);
        if (codec != null) {
            builder.codec(codec);
        }
        batch.entries.forEach(entry -> builder.append(entry.timestamp, entry.key, entry.value));
        return builder.build().buffer();
    }

    private long produce(TopicPartition target, ByteBuffer batch) {
        ProduceRequest request =
                new ProduceRequest()
                        .acks(ALL_REPLICAS)
                        .timeoutMs(Math.toIntExact(cluster.timeout().toMillis()))
                        .topicData(
                                List.of(
                                        new ProduceRequest.TopicProduceData()
                                                .name(target.topic())
                                                .topicId(topic.topicId())
                                                .partitionData(
                                                        List.of(
                                                                new ProduceRequest
                                                                                .PartitionProduceData()
                                                                        .index(target.partition())
                                                                        .records(
                                                                                Payload.of(
                                                                                        batch))))));
        BrokerConnection leader = cluster.leader(target);
        ProduceResponse.PartitionProduceResponse answer =
                leader.call(ApiKey.PRODUCE, request, ProduceResponse.class)
                        .responses()
                        .getFirst()
                        .partitionResponses()
                        .getFirst();
        if (answer.errorCode() == ErrorCode.DUPLICATE_SEQUENCE_NUMBER.code()) {
            return answer.baseOffset();
        }
        BrokerErrorException.check(
                answer.errorCode(), "sending to " + target, answer.errorMessage());
        return answer.baseOffset();
    }

    /** Forgets what has not been flushed. */
    @Override
    public void close() {
        pending.clear();
    }
}
