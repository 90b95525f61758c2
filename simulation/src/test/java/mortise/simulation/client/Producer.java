package mortise.simulation.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import mortise.api.ErrorCode;
import mortise.record.RecordBatchBuilder;
import mortise.simulation.check.Ids;
import mortise.simulation.check.PartitionLedger;
import mortise.simulation.check.Violation;
import mortise.simulation.world.Delays;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.InitProducerIdRequest;
import mortise.wire.message.InitProducerIdResponse;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceResponse;
import org.jspecify.annotations.Nullable;

/**
 * A producer, idempotent or plain, with several requests in flight. A batch that was not answered,
 * or answered with an error that may pass, is sent again as it is until it is acknowledged or too
 * old.
 */
final class Producer extends SimClient {
    private static final int MOST_RECORDS = 6;
    private static final int MOST_VALUE_BYTES = 400;
    private static final int MOST_PARTITIONS_A_REQUEST = 3;
    private static final long DELIVERY_TIMEOUT = Delays.seconds(20);
    private static final int PRODUCE_TIMEOUT_MILLIS = 8_000;

    private final int number;
    private final Style style;
    private final Map<PartitionLedger, Deque<Batch>> pending = new LinkedHashMap<>();
    private int session;
    private int sequence;
    private long producerId = -1;
    private short producerEpoch = -1;
    private boolean identifying;
    private boolean paused;
    private final Map<PartitionLedger, Integer> nextSequence = new LinkedHashMap<>();

    /**
     * What kind of producer it is.
     *
     * @param idempotent whether the broker sorts out its retries
     * @param acks which acknowledgement it asks for: 0, 1, or -1 for all
     * @param inFlight how many requests at once
     * @param pauseNanos between two requests, about
     */
    record Style(boolean idempotent, short acks, int inFlight, long pauseNanos) {}

    /** Some records in the bytes in which they are sent. */
    private static final class Batch {
        private final PartitionLedger partition;
        private final UUID topicId;
        private final int index;
        private final ByteBuffer bytes;
        private final List<Long> ids;
        private final long builtNanos;
        private boolean inFlight;
        private boolean failedBefore;

        Batch(
                PartitionLedger partition,
                UUID topicId,
                int index,
                ByteBuffer bytes,
                List<Long> ids,
                long builtNanos) {
            this.partition = partition;
            this.topicId = topicId;
            this.index = index;
            this.bytes = bytes;
            this.ids = ids;
            this.builtNanos = builtNanos;
        }
    }

    Producer(ClientWorld world, int number, Style style) {
        super(world, (style.idempotent() ? "idempotent" : "plain" + style.acks()) + number);
        this.number = number;
        this.style = style;
    }

    @Override
    void lostConnection() {
        if (!style.idempotent()) {
            session++;
        }
        identifying = false;
    }

    @Override
    void act(Rpc over) {
        if (refreshing(over) || identifying) {
            return;
        }
        if (style.idempotent() && producerId < 0) {
            identify(over);
            return;
        }
        giveUpOld();
        if (topics().isEmpty() || random().nextInt(60) == 0) {
            outdated();
            rest(backoff());
            return;
        }
        if (!paused && over.inFlight() < style.inFlight()) {
            List<Batch> batches = next();
            if (!batches.isEmpty()) {
                send(over, batches);
            }
            paused = true;
            later(
                    Delays.between(random(), style.pauseNanos() / 8 + 1, style.pauseNanos() * 3),
                    "pause",
                    () -> {
                        paused = false;
                        stepNow();
                    });
        }
    }

    private void identify(Rpc over) {
        identifying = true;
        call(
                over,
                ApiKey.INIT_PRODUCER_ID,
                new InitProducerIdRequest().transactionalId(null).transactionTimeoutMs(60_000),
                answer -> {
                    identifying = false;
                    if (answer instanceof InitProducerIdResponse response) {
                        if (response.errorCode() == ErrorCode.NONE.code()) {
                            producerId = response.producerId();
                            producerEpoch = response.producerEpoch();
                        } else {
                            outdated();
                            rest(backoff());
                        }
                    }
                });
    }

    // ---- what to send

    /** Batches for a request: those that failed before, and else a new one each. */
    private List<Batch> next() {
        List<Batch> batches = new ArrayList<>();
        for (Deque<Batch> waiting : pending.values()) {
            Batch first = resendable(waiting);
            if (first != null && batches.size() < MOST_PARTITIONS_A_REQUEST) {
                batches.add(first);
            }
        }
        if (!batches.isEmpty()) {
            return batches;
        }
        List<Topic> known = new ArrayList<>(topics().values());
        int wanted = known.isEmpty() ? 0 : 1 + random().nextInt(MOST_PARTITIONS_A_REQUEST);
        for (int i = 0; i < wanted; i++) {
            Topic topic = known.get(random().nextInt(known.size()));
            int index = random().nextInt(topic.partitions());
            PartitionLedger partition = ledger().partition(topic.id(), index);
            boolean taken = batches.stream().anyMatch(batch -> batch.partition == partition);
            if (!taken && mayBuild(partition)) {
                batches.add(build(topic.id(), index, partition));
            }
        }
        return batches;
    }

    /** A batch that failed is sent again when nothing of its partition is in flight any more. */
    private static @Nullable Batch resendable(Deque<Batch> waiting) {
        Batch first = waiting.peek();
        return first == null || waiting.stream().anyMatch(batch -> batch.inFlight) ? null : first;
    }

    private boolean mayBuild(PartitionLedger partition) {
        Deque<Batch> waiting = pending.get(partition);
        return waiting == null || waiting.stream().allMatch(batch -> batch.inFlight);
    }

    private Batch build(UUID topicId, int index, PartitionLedger partition) {
        int count = 1 + random().nextInt(MOST_RECORDS);
        List<Long> ids = new ArrayList<>();
        try (RecordBatchBuilder builder = RecordBatchBuilder.growing(1_024)) {
            if (style.idempotent()) {
                int first = nextSequence.getOrDefault(partition, 0);
                builder.producer(producerId, producerEpoch, first);
                nextSequence.put(partition, first + count);
            }
            long timestamp = world().schedule().clock().wallMillis();
            for (int i = 0; i < count; i++) {
                long id = Ids.of(number, session, sequence++);
                ids.add(id);
                byte[] value = new byte[random().nextInt(MOST_VALUE_BYTES)];
                builder.append(timestamp, Ids.key(id), ByteBuffer.wrap(value));
            }
            ByteBuffer bytes = builder.build().buffer();
            Batch batch =
                    new Batch(partition, topicId, index, bytes, ids, world().schedule().nanos());
            if (style.acks() != 0) {
                pending.computeIfAbsent(partition, unknown -> new ArrayDeque<>()).add(batch);
            }
            return batch;
        }
    }

    private void giveUpOld() {
        long now = world().schedule().nanos();
        boolean forget = false;
        for (Deque<Batch> waiting : pending.values()) {
            Batch first = waiting.peek();
            if (first != null && !first.inFlight && now - first.builtNanos > DELIVERY_TIMEOUT) {
                waiting.remove();
                forget = true;
            }
        }
        if (forget && style.idempotent()) {
            newIdentity();
        }
    }

    /** What is unresolved stays unresolved: no sequence number ever stands for two batches. */
    private void newIdentity() {
        producerId = -1;
        session++;
        pending.clear();
        nextSequence.clear();
    }

    // ---- sending and what comes of it

    private void send(Rpc over, List<Batch> batches) {
        Map<UUID, List<ProduceRequest.PartitionProduceData>> data = new LinkedHashMap<>();
        for (Batch batch : batches) {
            batch.inFlight = true;
            batch.ids.forEach(id -> batch.partition.sent(id, style.idempotent()));
            data.computeIfAbsent(batch.topicId, id -> new ArrayList<>())
                    .add(
                            new ProduceRequest.PartitionProduceData()
                                    .index(batch.index)
                                    .records(Payload.of(batch.bytes.duplicate())));
        }
        ProduceRequest request =
                new ProduceRequest()
                        .acks(style.acks())
                        .timeoutMs(PRODUCE_TIMEOUT_MILLIS)
                        .topicData(
                                data.entrySet().stream()
                                        .map(entry ->
                                                new ProduceRequest.TopicProduceData()
                                                        .topicId(entry.getKey())
                                                        .partitionData(entry.getValue()))
                                        .toList());
        if (style.acks() == 0) {
            over.send(ApiKey.PRODUCE, version(ApiKey.PRODUCE), request);
            return;
        }
        Flight flight =
                new Flight(
                        batches,
                        session,
                        world().schedule().nanos(),
                        world().lifeOfBroker(),
                        batches.stream().map(batch -> batch.partition.proven()).toList());
        call(
                over,
                ApiKey.PRODUCE,
                request,
                answer -> {
                    if (answer instanceof ProduceResponse response) {
                        answered(flight, response);
                    } else {
                        batches.forEach(batch -> failed(batch));
                    }
                });
    }

    /** A request on its way. */
    private record Flight(
            List<Batch> batches,
            int session,
            long sentNanos,
            long life,
            List<PartitionLedger.Proven> proven) {}

    private static void failed(Batch batch) {
        batch.inFlight = false;
        batch.failedBefore = true;
    }

    private void answered(Flight flight, ProduceResponse response) {
        Map<UUID, Map<Integer, ProduceResponse.PartitionProduceResponse>> answers =
                new LinkedHashMap<>();
        response.responses()
                .forEach(topic ->
                        topic.partitionResponses()
                                .forEach(part ->
                                        answers.computeIfAbsent(
                                                        topic.topicId(),
                                                        id -> new LinkedHashMap<>())
                                                .put(part.index(), part)));
        for (int i = 0; i < flight.batches().size(); i++) {
            Batch batch = flight.batches().get(i);
            ProduceResponse.PartitionProduceResponse part =
                    answers.getOrDefault(batch.topicId, Map.of()).get(batch.index);
            if (part == null) {
                throw new Violation("unanswered", "a Produce answer lacks " + batch.partition);
            }
            resolved(flight, batch, part);
        }
    }

    private void resolved(
            Flight flight, Batch batch, ProduceResponse.PartitionProduceResponse part) {
        ErrorCode error = ErrorCode.of(part.errorCode());
        switch (error) {
            case NONE -> {
                world().schedule()
                        .trace()
                        .add(name() + " acknowledged " + batch.partition + " " + part.baseOffset());
                if (part.baseOffset() >= 0) {
                    ledger().acknowledged(batch.partition, part.baseOffset(), batch.ids);
                }
                forget(batch);
            }
            case DUPLICATE_SEQUENCE_NUMBER -> forget(batch);
            case OUT_OF_ORDER_SEQUENCE_NUMBER, UNKNOWN_PRODUCER_ID, INVALID_PRODUCER_EPOCH -> {
                failed(batch);
                outOfOrder(flight, batch, error);
            }
            case INVALID_TIMESTAMP -> {
                // the broker's clock was set back since the batch was built
                forget(batch);
                if (style.idempotent() && flight.session() == session) {
                    newIdentity();
                }
            }
            case UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION -> {
                failed(batch);
                outdated();
                if (batch.partition.topic().mayBeGone()) {
                    forget(batch);
                }
            }
            case REQUEST_TIMED_OUT -> {
                failed(batch);
                if (!world().troubledSince(flight.sentNanos())) {
                    throw new Violation(
                            "unanswered",
                            batch.partition + ": a Produce timed out though nothing was wrong");
                }
            }
            default -> {
                if (!error.retriable()) {
                    throw new Violation(
                            "refused", name() + " at " + batch.partition + ": " + error);
                }
                failed(batch);
                outdated();
            }
        }
    }

    /**
     * Behind a batch that failed it is a matter of course. Of the first batch it means that the
     * broker does not remember what it acknowledged.
     */
    private void outOfOrder(Flight flight, Batch batch, ErrorCode error) {
        Deque<Batch> waiting = pending.get(batch.partition);
        if (flight.session() != session || waiting == null || waiting.peek() != batch) {
            return;
        }
        if (!batch.failedBefore || waiting.size() == 1) {
            forgotten(batch, error);
        }
        newIdentity();
    }

    private void forgotten(Batch batch, ErrorCode error) {
        if (batch.partition.topic().durable() && !batch.partition.topic().trims()) {
            world().schedule().trace().add(name() + " " + error + " at " + batch.partition);
        }
    }

    private void forget(Batch batch) {
        Deque<Batch> waiting = pending.get(batch.partition);
        if (waiting != null) {
            waiting.remove(batch);
            if (waiting.isEmpty()) {
                pending.remove(batch.partition);
            }
        }
    }
}
