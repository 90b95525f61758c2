package mortise.client;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import mortise.api.ErrorCode;
import mortise.api.ForeignText;
import mortise.api.TopicPartition;
import mortise.record.Codecs;
import mortise.wire.ApiKey;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsResponse;
import mortise.wire.message.MetadataResponse;
import org.jspecify.annotations.Nullable;

/**
 * Reads assigned partitions of one topic, without a group. Confined to one thread.
 *
 * <p>A failure of one partition takes nothing from the others: what was read before it is returned
 * first, and the next {@link #poll} throws.
 */
public final class Consumer implements AutoCloseable {
    /** The timestamp that stands for the end of a partition. */
    public static final long LATEST = -1;

    /** The timestamp that stands for the beginning of a partition. */
    public static final long EARLIEST = -2;

    private static final int PARTITION_BYTES = 1 << 20;
    private static final int FULL_SESSION = -1;
    private static final double LOOKUP_SHARE = 0.9;

    private final Cluster cluster;
    private final String name;
    private final TopicLeaders leaders;
    private final List<Integer> partitions;
    private final Codecs codecs;
    private final Map<Integer, Long> positions = new TreeMap<>();
    private @Nullable RuntimeException failure;

    /** A record and the partition that it lies in. Its buffers are the receiver's own. */
    public record Received(TopicPartition partition, mortise.record.Record record) {}

    /**
     * A consumer of one topic.
     *
     * @throws BrokerErrorException if there is no such topic
     */
    public Consumer(Cluster cluster, String topic, Codecs codecs) {
        Deadline deadline = cluster.deadline();
        this.cluster = cluster;
        this.name = topic;
        this.codecs = codecs;
        this.leaders = TopicLeaders.find(cluster, topic, false, deadline);
        this.partitions =
                leaders.topic(deadline).partitions().stream()
                        .map(MetadataResponse.MetadataResponsePartition::partitionIndex)
                        .sorted()
                        .toList();
    }

    /** The partitions of the topic. */
    public List<Integer> partitions() {
        return partitions;
    }

    /** Reads a partition from an offset on. */
    public void seek(int partition, long offset) {
        requirePartition(partition);
        positions.put(partition, offset);
        if (failure instanceof UndecodableBatchException undecodable
                && undecodable.partition().partition() == partition) {
            failure = null;
        }
    }

    private void requirePartition(int partition) {
        if (!partitions.contains(partition)) {
            throw new BrokerErrorException(
                    ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
                    "topic "
                            + ForeignText.of(name)
                            + " has no partition "
                            + partition
                            + "; it has "
                            + partitions.size());
        }
    }

    /**
     * Reads partitions from the first record at or after a time.
     *
     * @param timestamp milliseconds since the epoch, {@link #EARLIEST} or {@link #LATEST}
     */
    public void seekToTime(Collection<Integer> partitions, long timestamp) {
        Map<Integer, Long> found = offsets(partitions, timestamp);
        List<Integer> younger =
                partitions.stream()
                        .filter(partition -> found.getOrDefault(partition, -1L) < 0)
                        .toList();
        if (!younger.isEmpty()) {
            found.putAll(offsets(younger, LATEST));
        }
        found.forEach(this::seek);
    }

    /**
     * The offset of a time in each of these partitions, or -1 where every record is older. One
     * request to each leader.
     */
    public Map<Integer, Long> offsets(Collection<Integer> partitions, long timestamp) {
        partitions.forEach(this::requirePartition);
        Deadline deadline = cluster.deadline();
        Map<Integer, Long> found = new TreeMap<>();
        return cluster.asking(
                deadline,
                () -> outdatingOnFailure(() -> askOnce(partitions, timestamp, found, deadline)));
    }

    private Map<Integer, Long> askOnce(
            Collection<Integer> partitions,
            long timestamp,
            Map<Integer, Long> found,
            Deadline deadline) {
        List<Integer> missing =
                partitions.stream().filter(each -> !found.containsKey(each)).toList();
        FirstFailure failed = new FirstFailure();
        byLeader(missing, failed, deadline)
                .forEach((leader, theirs) ->
                        failed.during(
                                () -> ask(leader, theirs, timestamp, found, failed, deadline)));
        failed.throwIfAny();
        return found;
    }

    private <T> T outdatingOnFailure(Supplier<T> question) {
        try {
            return question.get();
        } catch (BrokerErrorException | ConnectionFailedException failed) {
            leaders.outdate();
            throw failed;
        }
    }

    /** Partitions by who leads them; those that nobody leads are a failure of their own. */
    private Map<BrokerConnection, List<Integer>> byLeader(
            Collection<Integer> wanted, FirstFailure failed, Deadline deadline) {
        Map<BrokerConnection, List<Integer>> byLeader = new LinkedHashMap<>();
        wanted.forEach(partition ->
                failed.during(() ->
                        byLeader.computeIfAbsent(
                                        leaders.leader(partition, deadline),
                                        first -> new ArrayList<>())
                                .add(partition)));
        return byLeader;
    }

    private void ask(
            BrokerConnection leader,
            List<Integer> wanted,
            long timestamp,
            Map<Integer, Long> found,
            FirstFailure failed,
            Deadline deadline) {
        ListOffsetsRequest request =
                new ListOffsetsRequest()
                        .replicaId(-1)
                        .timeoutMs(lookupMillis(deadline))
                        .topics(
                                List.of(
                                        new ListOffsetsRequest.ListOffsetsTopic()
                                                .name(name)
                                                .partitions(
                                                        wanted.stream()
                                                                .map(each ->
                                                                        new ListOffsetsRequest
                                                                                        .ListOffsetsPartition()
                                                                                .partitionIndex(
                                                                                        each)
                                                                                .timestamp(
                                                                                        timestamp))
                                                                .toList())));
        ListOffsetsResponse answer =
                leader.call(ApiKey.LIST_OFFSETS, request, ListOffsetsResponse.class, deadline);
        answer.topics().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(part -> wanted.contains(part.partitionIndex()))
                .forEach(part ->
                        failed.during(() -> {
                            BrokerErrorException.check(
                                    part.errorCode(),
                                    "looking for an offset of " + partition(part.partitionIndex()),
                                    remedy(part.errorCode()));
                            found.put(part.partitionIndex(), part.offset());
                        }));
        for (int each : wanted) {
            if (!found.containsKey(each)) {
                throw ConnectionFailedException.incomplete(
                        leader.address(), ApiKey.LIST_OFFSETS, partition(each).toString());
            }
        }
    }

    /** Most of what is left: a broker that has not found the time by then can still say so. */
    private static int lookupMillis(Deadline deadline) {
        return Math.max(1, (int) (deadline.remainingMillis() * LOOKUP_SHARE));
    }

    /** A broker that has opened many batches in vain goes on where it stopped. */
    private static @Nullable String remedy(short error) {
        return error == ErrorCode.REQUEST_TIMED_OUT.code()
                ? "the broker goes on where it stopped: ask again, or wait longer with --timeout SECONDS"
                : null;
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
        RuntimeException left = failure;
        if (left != null) {
            failure = null;
            throw left;
        }
        Deadline deadline = cluster.deadline();
        return cluster.asking(
                deadline, () -> outdatingOnFailure(() -> fetchOnce(waitMillis, deadline)));
    }

    private List<Received> fetchOnce(int waitMillis, Deadline deadline) {
        ReceivedRecords received = new ReceivedRecords(codecs, positions);
        FirstFailure failed = new FirstFailure();
        byLeader(positions.keySet(), failed, deadline)
                .forEach((leader, theirs) ->
                        failed.during(() -> {
                            FetchResponse answer = fetch(leader, theirs, waitMillis, deadline);
                            read(answer, theirs, received, failed);
                        }));
        if (received.isEmpty()) {
            failed.throwIfAny();
        }
        keepUnlessItPasses(failed.get());
        return received.take();
    }

    /** What the next poll throws, unless it may succeed. */
    private void keepUnlessItPasses(@Nullable RuntimeException failed) {
        if (failed == null) {
            return;
        }
        leaders.outdate();
        boolean passing =
                failed instanceof ConnectionFailedException
                        || (failed instanceof BrokerErrorException refused
                                && refused.error().retriable());
        if (!passing) {
            failure = failed;
        }
    }

    private FetchResponse fetch(
            BrokerConnection leader, List<Integer> partitions, int waitMillis, Deadline deadline) {
        List<FetchRequest.FetchPartition> wanted =
                partitions.stream()
                        .map(partition ->
                                new FetchRequest.FetchPartition()
                                        .partition(partition)
                                        .fetchOffset(position(partition))
                                        .partitionMaxBytes(PARTITION_BYTES))
                        .toList();
        FetchRequest request =
                new FetchRequest()
                        .maxWaitMs(Math.min(waitMillis, deadline.remainingMillis()))
                        .minBytes(1)
                        .maxBytes(16 * PARTITION_BYTES)
                        .sessionEpoch(FULL_SESSION)
                        .topics(
                                List.of(
                                        new FetchRequest.FetchTopic()
                                                .topic(name)
                                                .topicId(leaders.topic(deadline).topicId())
                                                .partitions(wanted)));
        FetchResponse answer = leader.call(ApiKey.FETCH, request, FetchResponse.class, deadline);
        BrokerErrorException.check(answer.errorCode(), "fetching from " + leader.address(), null);
        return answer;
    }

    private void read(
            FetchResponse answer,
            List<Integer> wanted,
            ReceivedRecords received,
            FirstFailure failed) {
        answer.responses().stream()
                .flatMap(topic -> topic.partitions().stream())
                .filter(data -> wanted.contains(data.partitionIndex()))
                .forEach(data ->
                        failed.during(() -> received.add(partition(data.partitionIndex()), data)));
    }

    private TopicPartition partition(int index) {
        return new TopicPartition(name, index);
    }

    /** Whether every partition has been read up to these offsets. */
    public boolean reached(Map<Integer, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> position(end.getKey()) >= end.getValue());
    }

    /** Stops reading. The cluster stays open. */
    @Override
    public void close() {
        positions.clear();
    }
}
