package mortise.broker.partition.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.broker.mailbox.CreditRequest;
import mortise.broker.mailbox.Mailbox;
import mortise.broker.partition.OpenedBatch;
import mortise.broker.partition.Partition;
import mortise.broker.partition.Partitions;
import mortise.broker.partition.Refusal;
import mortise.broker.request.BrokerEndpoints;
import mortise.broker.request.RequestContext;
import mortise.broker.request.WireErrors;
import mortise.metadata.PartitionImage;
import mortise.record.RecordBatch;
import mortise.wire.message.ProduceResponse;
import mortise.wire.message.ProduceResponse.LeaderIdAndEpoch;
import mortise.wire.message.ProduceResponse.NodeEndpoint;
import mortise.wire.message.ProduceResponse.PartitionProduceResponse;
import mortise.wire.message.ProduceResponse.TopicProduceResponse;
import org.jspecify.annotations.Nullable;

/**
 * One Produce request from its decoding to its answer.
 *
 * <p><b>Confinement.</b> The event loop's until {@link #begin} offers the batches, but for the
 * bytes of those that are opened meanwhile; after that each batch's answer belongs to whoever
 * drains its partition, and the countdown hands all of them to the one who completes the last. The
 * frame stays the request context's: it is not released before the answer, and nothing is answered
 * before every batch is through.
 */
final class ProducePass implements CreditRequest {
    private static final short FIRST_VERSION_WITH_LEADERS = 10;
    private static final int FEW = 8;

    /** How many refusals of one request say why. */
    private static final int MOST_REASONS = 1_000;

    private final RequestContext context;
    private final Partitions partitions;
    private final BrokerEndpoints endpoints;
    private final BatchOpenings openings;
    private final short acks;
    private final long deadlineNanos;
    private final CRC32C checksum = new CRC32C();
    private final List<TopicProduceResponse> topics = new ArrayList<>(1);
    private final List<ProducedBatch> batches = new ArrayList<>(1);
    private final AtomicInteger outstanding = new AtomicInteger();
    private @Nullable Set<Mailbox<?, ?>> targets;
    private @Nullable List<ProducedBatch> doubtful;
    private @Nullable ErrorCode firstRefusal;
    private int refusals;

    ProducePass(
            RequestContext context,
            Partitions partitions,
            BrokerEndpoints endpoints,
            BatchOpenings openings,
            short acks,
            long deadlineNanos) {
        this.context = context;
        this.partitions = partitions;
        this.endpoints = endpoints;
        this.openings = openings;
        this.acks = acks;
        this.deadlineNanos = deadlineNanos;
    }

    CRC32C checksum() {
        return checksum;
    }

    void addTopic(TopicProduceResponse topic) {
        topics.add(topic);
    }

    /** Adds a batch that was checked; false if the request has one for that partition already. */
    boolean add(Partition partition, RecordBatch batch, PartitionProduceResponse answer) {
        if (named(partition.mailbox())) {
            return false;
        }
        ProducedBatch produced = new ProducedBatch(this, partition, batch, answer);
        batches.add(produced);
        if (partition.intake().doubts(batch)) {
            List<ProducedBatch> known = doubtful;
            if (known == null) {
                known = new ArrayList<>(1);
                doubtful = known;
            }
            known.add(produced);
        }
        return true;
    }

    private boolean named(Mailbox<?, ?> mailbox) {
        if (batches.size() < FEW) {
            for (ProducedBatch batch : batches) {
                if (batch.target().equals(mailbox)) {
                    return true;
                }
            }
            return false;
        }
        Set<Mailbox<?, ?>> known = targets;
        if (known == null) {
            known = new HashSet<>();
            for (ProducedBatch batch : batches) {
                known.add(batch.target());
            }
            targets = known;
        }
        return !known.add(mailbox);
    }

    /** Answers for one partition with an error, before {@link #begin} or from its drain. */
    void refuse(PartitionProduceResponse answer, ErrorCode error, @Nullable String why) {
        boolean explained = noteRefusal(error);
        answer.errorCode(error.code()).baseOffset(-1).errorMessage(explained ? why : null);
    }

    /** Whether there is still room for a reason; codes go on without. */
    private synchronized boolean noteRefusal(ErrorCode error) {
        if (firstRefusal == null) {
            firstRefusal = error;
        }
        return ++refusals <= MOST_REASONS;
    }

    private synchronized @Nullable ErrorCode firstRefusal() {
        return firstRefusal;
    }

    /** Answers for a partition that is not led here, saying who leads it. */
    void refuseAbsent(PartitionProduceResponse answer, Partition partition) {
        ErrorCode error = partition.absence();
        refuse(answer, error, partition.outOfService());
        PartitionImage image = partition.image();
        if (error == ErrorCode.NOT_LEADER_OR_FOLLOWER
                && context.apiVersion() >= FIRST_VERSION_WITH_LEADERS
                && image.leader() >= 0) {
            answer.currentLeader(
                    new LeaderIdAndEpoch()
                            .leaderId(image.leader())
                            .leaderEpoch(image.leaderEpoch()));
        }
    }

    /**
     * Opens the batches whose headers are in doubt, away from the event loop, and offers those that
     * are left as soon as there is room for all of them, or answers if there are none.
     */
    void begin() {
        List<ProducedBatch> opening = doubtful;
        if (opening == null) {
            offer();
            return;
        }
        doubtful = null;
        openings.tasks()
                .run("opening batches of " + context.clientHost(), () -> open(opening))
                .handle((opened, failed) -> failed == null ? opened : allOf(opening, failed))
                .thenAccept(opened ->
                        context.execute(() -> {
                            take(opening, opened);
                            offer();
                        }));
    }

    /** What becomes of each of the batches, in their order. */
    private List<OpenedBatch> open(List<ProducedBatch> opening) {
        List<OpenedBatch> opened = new ArrayList<>(opening.size());
        for (ProducedBatch batch : opening) {
            opened.add(batch.open(openings.codecs()));
        }
        return opened;
    }

    private static List<OpenedBatch> allOf(List<ProducedBatch> opening, Throwable failed) {
        Refusal refusal = new Refusal(WireErrors.of(failed), WireErrors.reason(failed));
        return opening.stream().map(batch -> OpenedBatch.refused(batch.batch(), refusal)).toList();
    }

    private void take(List<ProducedBatch> opening, List<OpenedBatch> opened) {
        for (int i = 0; i < opening.size(); i++) {
            ProducedBatch batch = opening.get(i);
            Refusal refusal = opened.get(i).refusal();
            if (refusal != null) {
                batches.remove(batch);
                refuse(batch.answer(), refusal.error(), refusal.message());
            } else if (!opened.get(i).batch().equals(batch.batch())) {
                batches.set(batches.indexOf(batch), batch.with(opened.get(i).batch()));
            }
        }
    }

    private void offer() {
        if (batches.isEmpty()) {
            answer();
            return;
        }
        outstanding.set(batches.size());
        if (partitions.takeCredit(this)) {
            creditGranted();
        }
    }

    @Override
    public int commandCount() {
        return batches.size();
    }

    @Override
    public Mailbox<?, ?> target(int index) {
        return batches.get(index).target();
    }

    @Override
    public int bytes(int index) {
        return batches.get(index).sizeInBytes();
    }

    @Override
    public void creditGranted() {
        // by index: the list is read by those who complete the first while the last is offered
        for (int i = 0; i < batches.size(); i++) {
            batches.get(i).target().offer(batches.get(i));
        }
        context.orderingPointPassed();
    }

    short acks() {
        return acks;
    }

    long deadlineNanos() {
        return deadlineNanos;
    }

    /** One batch is through. */
    void through() {
        if (outstanding.decrementAndGet() == 0) {
            answer();
        }
    }

    private void answer() {
        if (acks != 0) {
            ProduceResponse response = new ProduceResponse().responses(topics);
            if (firstRefusal() != null && context.apiVersion() >= FIRST_VERSION_WITH_LEADERS) {
                response.nodeEndpoints(leaders());
            }
            context.respond(response);
            return;
        }
        ErrorCode refusal = firstRefusal();
        if (refusal == null) {
            context.respondNothing();
        } else {
            context.closeConnection("produce with acks=0 met " + refusal);
        }
    }

    private List<NodeEndpoint> leaders() {
        List<NodeEndpoint> leaders = new ArrayList<>(0);
        Set<Integer> seen = new HashSet<>();
        for (TopicProduceResponse topic : topics) {
            for (PartitionProduceResponse answer : topic.partitionResponses()) {
                int leader = answer.currentLeader().leaderId();
                if (leader >= 0 && seen.add(leader)) {
                    Optional<HostPort> where = endpoints.find(leader, context);
                    where.ifPresent(at ->
                            leaders.add(
                                    new NodeEndpoint()
                                            .nodeId(leader)
                                            .host(at.host())
                                            .port(at.port())));
                }
            }
        }
        return leaders;
    }
}
