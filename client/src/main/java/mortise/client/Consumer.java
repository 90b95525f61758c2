package mortise.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mortise.api.ErrorCode;
import mortise.api.TopicPartition;
import mortise.record.Codecs;
import mortise.record.CorruptRecordException;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.record.RecordIteration;
import mortise.record.UnsupportedCodecException;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsResponse;
import mortise.wire.message.MetadataResponse;
import org.jspecify.annotations.Nullable;

/** Reads assigned partitions of one topic, without a group. Confined to one thread. */
public final class Consumer implements AutoCloseable {
    /** The timestamp that stands for the end of a partition. */
    public static final long LATEST = -1;

    /** The timestamp that stands for the beginning of a partition. */
    public static final long EARLIEST = -2;

    private static final int PARTITION_BYTES = 1 << 20;
    private static final long MOST_DECOMPRESSED_BYTES = 1L << 30;
    private static final int FULL_SESSION = -1;
    private static final int MOST_LOOKUPS = 30;

    private final Cluster cluster;
    private final MetadataResponse.MetadataResponseTopic topic;
    private final Codecs codecs;
    private final Map<Integer, Long> positions = new TreeMap<>();
    private final Map<Integer, BrokerConnection> leaders = new TreeMap<>();
    private @Nullable UndecodableBatchException undecodable;

    /** A record and the partition that it lies in. Its buffers are the receiver's own. */
    public record Received(TopicPartition partition, Record record) {}

    /**
     * A consumer of one topic.
     *
     * @throws BrokerErrorException if there is no such topic
     */
    public Consumer(Cluster cluster, String topic, Codecs codecs) {
        this.cluster = cluster;
        this.topic = cluster.topic(topic, false);
        this.codecs = codecs;
    }

    /** The partitions of the topic. */
    public List<Integer> partitions() {
        return topic.partitions().stream()
                .map(MetadataResponse.MetadataResponsePartition::partitionIndex)
                .sorted()
                .toList();
    }

    /** Reads a partition from an offset on. */
    public void seek(int partition, long offset) {
        leaders.computeIfAbsent(partition, index -> cluster.leader(partition(index)));
        positions.put(partition, offset);
        if (undecodable != null && undecodable.partition().partition() == partition) {
            undecodable = null;
        }
    }

    /**
     * Reads a partition from the first record at or after a time.
     *
     * @param timestamp milliseconds since the epoch, {@link #EARLIEST} or {@link #LATEST}
     */
    public void seekToTime(int partition, long timestamp) {
        long found = offset(partition, timestamp);
        seek(partition, found < 0 ? offset(partition, LATEST) : found);
    }

    /** The offset of a time in a partition, or -1 if every record is older. */
    public long offset(int partition, long timestamp) {
        ListOffsetsRequest request =
                new ListOffsetsRequest()
                        .replicaId(-1)
                        .topics(
                                List.of(
                                        new ListOffsetsRequest.ListOffsetsTopic()
                                                .name(String.valueOf(topic.name()))
                                                .partitions(
                                                        List.of(
                                                                new ListOffsetsRequest
                                                                                .ListOffsetsPartition()
                                                                        .partitionIndex(partition)
                                                                        .timestamp(timestamp)))));
        ListOffsetsResponse.ListOffsetsPartitionResponse answer = ask(partition, request);
        for (int i = 1; i < MOST_LOOKUPS && timedOut(answer); i++) {
            answer = ask(partition, request);
        }
        BrokerErrorException.check(
                answer.errorCode(), "looking for an offset of " + partition(partition), null);
        return answer.offset();
    }

    /** Whether the broker has opened much of the log already, and goes on if it is asked again. */
    private static boolean timedOut(ListOffsetsResponse.ListOffsetsPartitionResponse answer) {
        return answer.errorCode() == ErrorCode.REQUEST_TIMED_OUT.code();
    }

    private ListOffsetsResponse.ListOffsetsPartitionResponse ask(
            int partition, ListOffsetsRequest request) {
        return cluster.leader(partition(partition))
                .call(ApiKey.LIST_OFFSETS, request, ListOffsetsResponse.class)
                .topics()
                .getFirst()
                .partitions()
                .getFirst();
    }

    /** The offset that is read next. */
    public long position(int partition) {
        Long position = positions.get(partition);
        if (position == null) {
            throw new IllegalArgumentException(partition(partition) + " is not being read");
        }
        return position;
    }

    /**
     * What is there to read, from all partitions in turn.
     *
     * @param waitMillis how long the broker may wait for the first record, per leader
     * @throws UndecodableBatchException if the next batch of a partition cannot be read; whatever
     *     was read before it has been returned by then
     */
    public List<Received> poll(int waitMillis) {
        throwUndecodable();
        List<Received> received = new ArrayList<>();
        leaders.values().stream()
                .distinct()
                .forEach(leader -> received.addAll(fetch(leader, waitMillis)));
        if (received.isEmpty()) {
            throwUndecodable();
        }
        return received;
    }

    private void throwUndecodable() {
        UndecodableBatchException met = undecodable;
        undecodable = null;
        if (met != null) {
            throw met;
        }
    }

    private List<Received> fetch(BrokerConnection leader, int waitMillis) {
        List<FetchRequest.FetchPartition> wanted =
                positions.entrySet().stream()
                        .filter(entry -> leaders.get(entry.getKey()) == leader)
                        .map(entry ->
                                new FetchRequest.FetchPartition()
                                        .partition(entry.getKey())
                                        .fetchOffset(entry.getValue())
                                        .partitionMaxBytes(PARTITION_BYTES))
                        .toList();
        FetchRequest request =
                new FetchRequest()
                        .maxWaitMs(waitMillis)
                        .minBytes(1)
                        .maxBytes(16 * PARTITION_BYTES)
                        .sessionEpoch(FULL_SESSION)
                        .topics(
                                List.of(
                                        new FetchRequest.FetchTopic()
                                                .topic(String.valueOf(topic.name()))
                                                .topicId(topic.topicId())
                                                .partitions(wanted)));
        FetchResponse answer = leader.call(ApiKey.FETCH, request, FetchResponse.class);
        BrokerErrorException.check(answer.errorCode(), "fetching from " + leader.address(), null);
        List<Received> received = new ArrayList<>();
        answer.responses().forEach(part -> part.partitions().forEach(data -> read(data, received)));
        return received;
    }

    private void read(FetchResponse.PartitionData data, List<Received> received) {
        TopicPartition partition = partition(data.partitionIndex());
        if (data.errorCode() == ErrorCode.NOT_LEADER_OR_FOLLOWER.code()) {
            leaders.put(partition.partition(), cluster.leader(partition));
            return;
        }
        BrokerErrorException.check(
                data.errorCode(),
                "fetching " + partition + " at offset " + position(partition.partition()),
                null);
        Payload payload = data.records();
        if (payload == null) {
            return;
        }
        for (RecordBatch batch : RecordBatches.of(payload.buffer())) {
            if (!batch.isControl() && !read(partition, batch, received)) {
                return;
            }
            positions.put(
                    partition.partition(),
                    Math.max(position(partition.partition()), batch.nextOffset()));
        }
    }

    /** Reads a batch; false if that could not be done to its end. */
    private boolean read(TopicPartition partition, RecordBatch batch, List<Received> received) {
        long from = position(partition.partition());
        try (RecordIteration records = batch.records(codecs, MOST_DECOMPRESSED_BYTES)) {
            while (records.hasNext()) {
                Record record = records.next();
                if (record.offset() >= from) {
                    received.add(new Received(partition, record));
                    positions.put(partition.partition(), record.offset() + 1);
                }
            }
            return true;
        } catch (CorruptRecordException | UnsupportedCodecException fault) {
            long at = position(partition.partition());
            undecodable = new UndecodableBatchException(partition, at, batch.nextOffset(), fault);
            return false;
        }
    }

    private TopicPartition partition(int index) {
        return new TopicPartition(String.valueOf(topic.name()), index);
    }

    /** Whether every partition has been read up to these offsets. */
    public boolean reached(Map<Integer, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> position(end.getKey()) >= end.getValue());
    }

    /** Stops reading. The cluster stays open. */
    @Override
    public void close() {
        positions.clear();
        leaders.clear();
    }
}
