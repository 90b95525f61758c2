package mortise.simulation.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.UUID;
import mortise.api.ErrorCode;
import mortise.simulation.check.PartitionLedger;
import mortise.simulation.check.Violation;
import mortise.simulation.world.Delays;
import mortise.wire.ApiKey;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsResponse;
import org.jspecify.annotations.Nullable;

/**
 * Reads every partition from its start to its end while nobody else is served, and holds what it
 * finds against everything that was ever promised.
 */
final class Auditor extends SimClient {
    private static final long PATIENCE = Delays.seconds(60);
    private static final int BYTES = 64 * 1_024;

    private final Runnable done;
    private final long begunNanos;
    private @Nullable Deque<Audited> left;
    private boolean busy;

    /** A partition that is read. */
    private static final class Audited {
        private final UUID topic;
        private final String topicName;
        private final int index;
        private final PartitionLedger ledger;
        private final List<PartitionLedger.Read> records = new ArrayList<>();
        private long start = -1;
        private long next;

        Audited(UUID topic, String topicName, int index, PartitionLedger ledger) {
            this.topic = topic;
            this.topicName = topicName;
            this.index = index;
            this.ledger = ledger;
        }
    }

    /**
     * An auditor.
     *
     * @param done run when everything was found in order
     */
    Auditor(ClientWorld world, String name, Runnable done) {
        super(world, name);
        this.done = done;
        this.begunNanos = world.schedule().nanos();
    }

    @Override
    void lostConnection() {
        busy = false;
        left = null;
    }

    @Override
    void act(Rpc over) {
        if (busy || refreshing(over)) {
            return;
        }
        if (world().schedule().nanos() - begunNanos > PATIENCE
                && !world().troubledSince(begunNanos)) {
            throw new Violation(
                    "unavailable",
                    "a minute after a start cannot be read yet: "
                            + (left == null || left.isEmpty() ? "topics" : left.peek().ledger));
        }
        if (left == null) {
            left = new ArrayDeque<>();
            for (Topic topic : topics().values()) {
                for (int index = 0; index < topic.partitions(); index++) {
                    left.add(
                            new Audited(
                                    topic.id(),
                                    topic.name(),
                                    index,
                                    ledger().partition(topic.id(), index)));
                }
            }
        }
        Audited first = left.peek();
        if (first == null) {
            stop();
            done.run();
        } else if (first.start < 0) {
            findStart(over, first);
        } else {
            read(over, first);
        }
    }

    private void retry(Audited audited) {
        audited.start = -1;
        audited.records.clear();
        rest(backoff());
    }

    private void findStart(Rpc over, Audited audited) {
        busy = true;
        call(
                over,
                ApiKey.LIST_OFFSETS,
                new ListOffsetsRequest()
                        .replicaId(-1)
                        .topics(
                                List.of(
                                        new ListOffsetsRequest.ListOffsetsTopic()
                                                .name(audited.topicName)
                                                .partitions(
                                                        List.of(
                                                                new ListOffsetsRequest
                                                                                .ListOffsetsPartition()
                                                                        .partitionIndex(
                                                                                audited.index)
                                                                        .timestamp(-2))))),
                answer -> {
                    busy = false;
                    if (answer instanceof ListOffsetsResponse response) {
                        ListOffsetsResponse.ListOffsetsPartitionResponse part =
                                response.topics().getFirst().partitions().getFirst();
                        if (part.errorCode() == ErrorCode.NONE.code()) {
                            audited.start = part.offset();
                            audited.next = part.offset();
                        } else {
                            refused(audited, part.errorCode());
                        }
                    }
                });
    }

    private void read(Rpc over, Audited audited) {
        busy = true;
        call(
                over,
                ApiKey.FETCH,
                new FetchRequest()
                        .maxWaitMs(0)
                        .minBytes(0)
                        .maxBytes(BYTES)
                        .sessionEpoch(-1)
                        .topics(
                                List.of(
                                        new FetchRequest.FetchTopic()
                                                .topicId(audited.topic)
                                                .partitions(
                                                        List.of(
                                                                new FetchRequest.FetchPartition()
                                                                        .partition(audited.index)
                                                                        .fetchOffset(audited.next)
                                                                        .partitionMaxBytes(
                                                                                BYTES))))),
                answer -> {
                    busy = false;
                    if (answer instanceof FetchResponse response) {
                        if (response.responses().isEmpty()) {
                            retry(audited);
                        } else {
                            came(audited, response.responses().getFirst().partitions().getFirst());
                        }
                    }
                });
    }

    private void refused(Audited audited, short code) {
        ErrorCode error = ErrorCode.of(code);
        boolean passes =
                error.retriable()
                        || error == ErrorCode.OFFSET_OUT_OF_RANGE
                        || audited.ledger.topic().mayBeGone();
        if (!passes) {
            throw new Violation("refused", name() + " at " + audited.ledger + ": " + error);
        }
        world().schedule().trace().add(name() + " " + error + " at " + audited.ledger);
        outdated();
        if (audited.ledger.topic().mayBeGone() && left != null) {
            left.remove(audited);
        }
        retry(audited);
    }

    private void came(Audited audited, FetchResponse.PartitionData part) {
        if (part.errorCode() != ErrorCode.NONE.code()) {
            refused(audited, part.errorCode());
            return;
        }
        List<PartitionLedger.Read> records =
                FetchedRecords.read(audited.ledger, audited.next, part.records());
        audited.records.addAll(records);
        if (!records.isEmpty()) {
            audited.next = records.getLast().offset() + 1;
        }
        if (part.logStartOffset() > audited.start) {
            retry(audited);
        } else if (audited.next >= part.highWatermark()) {
            audited.ledger.audit(audited.start, audited.next, audited.records);
            world().schedule()
                    .trace()
                    .add("audited " + audited.ledger + " " + audited.start + ".." + audited.next);
            if (left != null) {
                left.remove(audited);
            }
        }
    }
}
