package mortise.broker.partition.api;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.TopicId;
import mortise.broker.partition.LocalTopic;
import mortise.broker.partition.Partition;
import mortise.broker.partition.Partitions;
import mortise.broker.partition.Refusal;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.BrokerEndpoints;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.record.RecordBatch;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Payload;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceRequest.PartitionProduceData;
import mortise.wire.message.ProduceRequest.TopicProduceData;
import mortise.wire.message.ProduceResponse;
import mortise.wire.message.ProduceResponse.PartitionProduceResponse;
import mortise.wire.message.ProduceResponse.TopicProduceResponse;
import org.jspecify.annotations.Nullable;

/**
 * Produce: checks each batch by its header, takes room in all mailboxes at once, and answers when
 * every partition is through.
 */
public final class ProduceHandler implements ApiHandler<ProduceRequest> {
    private static final short FIRST_VERSION_WITH_TOPIC_IDS = 13;

    /** The client ID whose batches Apache Kafka takes into internal topics. */
    private static final String ADMIN_CLIENT = "__admin_client";

    /** From how many partitions on the memory of the answer is taken first. */
    private static final int MANY_PARTITIONS = 1_000;

    /** What a partition of an answer takes as objects and encoded. */
    private static final int PARTITION_BYTES = 300;

    private static final String NO_TRANSACTIONS =
            "transactions are not served by this broker; produce without transactional.id";

    private final Partitions partitions;
    private final Access access;
    private final BrokerEndpoints endpoints;
    private final BatchOpenings openings;
    private final Clock clock;

    /**
     * Produce into these partitions.
     *
     * @param openings how batches are opened whose headers are in doubt
     */
    public ProduceHandler(
            Partitions partitions,
            Access access,
            BrokerEndpoints endpoints,
            BatchOpenings openings,
            Clock clock) {
        this.partitions = partitions;
        this.access = access;
        this.endpoints = endpoints;
        this.openings = openings;
        this.clock = clock;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.PRODUCE;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.WRITE, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, ProduceRequest request) {
        ErrorCode refusal = refusal(request);
        if (refusal != ErrorCode.NONE) {
            refuseAll(context, request, refusal);
            return;
        }
        int count = 0;
        for (TopicProduceData topic : request.topicData()) {
            count += topic.partitionData().size();
        }
        if (count <= MANY_PARTITIONS) {
            produce(context, request);
        } else {
            long bytes = (long) count * PARTITION_BYTES;
            Answers.reserved(bytes, this, context, request, () -> produce(context, request));
        }
    }

    private void produce(RequestContext context, ProduceRequest request) {
        ProducePass pass =
                new ProducePass(
                        context,
                        partitions,
                        endpoints,
                        openings,
                        request.acks(),
                        clock.nanoTime() + request.timeoutMs() * 1_000_000L);
        for (TopicProduceData topic : request.topicData()) {
            if (!topic.partitionData().isEmpty()) {
                addTopic(pass, context, topic);
            }
        }
        pass.begin();
    }

    private static ErrorCode refusal(ProduceRequest request) {
        if (request.acks() < -1 || request.acks() > 1) {
            return ErrorCode.INVALID_REQUIRED_ACKS;
        }
        return request.transactionalId() == null ? ErrorCode.NONE : ErrorCode.UNSUPPORTED_VERSION;
    }

    private void refuseAll(RequestContext context, ProduceRequest request, ErrorCode refusal) {
        if (request.acks() == 0) {
            context.closeConnection("produce with acks=0 met " + refusal);
        } else {
            String why =
                    refusal == ErrorCode.UNSUPPORTED_VERSION
                            ? NO_TRANSACTIONS
                            : "acks is " + request.acks() + "; 0, 1 and -1 (all) are known";
            context.respond(failure(request, context.apiVersion(), refusal, why));
        }
    }

    private void addTopic(ProducePass pass, RequestContext context, TopicProduceData data) {
        boolean byId = context.apiVersion() >= FIRST_VERSION_WITH_TOPIC_IDS;
        LocalTopic topic =
                byId ? partitions.find(new TopicId(data.topicId())) : partitions.find(data.name());
        List<PartitionProduceResponse> answers = new ArrayList<>(data.partitionData().size());
        pass.addTopic(
                new TopicProduceResponse()
                        .name(data.name())
                        .topicId(data.topicId())
                        .partitionResponses(answers));
        ErrorCode refusal = ErrorCode.NONE;
        String name = topic == null ? data.name() : topic.name();
        if (byId && topic == null) {
            refusal = ErrorCode.UNKNOWN_TOPIC_ID;
        } else if (!access.allowsOnTopic(context, Operation.WRITE, name)) {
            refusal = ErrorCode.TOPIC_AUTHORIZATION_FAILED;
        }
        for (PartitionProduceData partition : data.partitionData()) {
            PartitionProduceResponse answer = new PartitionProduceResponse();
            answer.index(partition.index());
            answers.add(answer);
            if (refusal == ErrorCode.NONE) {
                addPartition(pass, context, topic, partition, answer);
            } else {
                pass.refuse(answer, refusal, null);
            }
        }
    }

    private static void addPartition(
            ProducePass pass,
            RequestContext context,
            @Nullable LocalTopic topic,
            PartitionProduceData data,
            PartitionProduceResponse answer) {
        Partition partition = topic == null ? null : topic.partition(data.index());
        if (topic == null || partition == null) {
            pass.refuse(
                    answer,
                    topic == null
                            ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                            : topic.absence(data.index()),
                    null);
            return;
        }
        if (partition.leaderView() == null) {
            pass.refuseAbsent(answer, partition);
            return;
        }
        if (topic.isInternal() && !ADMIN_CLIENT.equals(context.clientId())) {
            pass.refuse(
                    answer,
                    ErrorCode.INVALID_TOPIC_EXCEPTION,
                    topic.name() + " is an internal topic; only brokers write to it");
            return;
        }
        Payload records = data.records();
        if (records == null) {
            pass.refuse(
                    answer,
                    ErrorCode.INVALID_RECORD,
                    "a produce request carries exactly one batch a partition, this one none");
            return;
        }
        ByteBuffer bytes = records.buffer();
        Refusal refusal = partition.intake().check(bytes, context.apiVersion(), pass.checksum());
        if (refusal != null) {
            pass.refuse(answer, refusal.error(), refusal.message());
        } else if (!pass.add(partition, RecordBatch.of(bytes), answer)) {
            pass.refuse(
                    answer,
                    ErrorCode.INVALID_REQUEST,
                    "partition " + partition.name() + " stands twice in the request");
        }
    }

    @Override
    public ApiMessage failure(
            ProduceRequest request, short version, ErrorCode error, String reason) {
        List<TopicProduceResponse> topics = new ArrayList<>(request.topicData().size());
        for (TopicProduceData topic : request.topicData()) {
            List<PartitionProduceResponse> answers = new ArrayList<>(topic.partitionData().size());
            for (PartitionProduceData partition : topic.partitionData()) {
                answers.add(
                        new PartitionProduceResponse()
                                .index(partition.index())
                                .errorCode(error.code())
                                .baseOffset(-1)
                                .errorMessage(reason));
            }
            topics.add(
                    new TopicProduceResponse()
                            .name(topic.name())
                            .topicId(topic.topicId())
                            .partitionResponses(answers));
        }
        return new ProduceResponse().responses(topics);
    }
}
