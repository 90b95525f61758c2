package mortise.broker.partition.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.api.ErrorCode;
import mortise.broker.partition.Partition;
import mortise.broker.partition.Partitions;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.request.WireErrors;
import mortise.metadata.TopicNames;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.DeleteRecordsRequest;
import mortise.wire.message.DeleteRecordsRequest.DeleteRecordsPartition;
import mortise.wire.message.DeleteRecordsRequest.DeleteRecordsTopic;
import mortise.wire.message.DeleteRecordsResponse;
import mortise.wire.message.DeleteRecordsResponse.DeleteRecordsPartitionResult;
import mortise.wire.message.DeleteRecordsResponse.DeleteRecordsTopicResult;

/** DeleteRecords: moves the start of partitions up, at most to their high watermarks. */
public final class DeleteRecordsHandler implements ApiHandler<DeleteRecordsRequest> {
    /** What a partition takes as objects and encoded, and a topic without them. */
    private static final int PARTITION_BYTES = 400;

    private static final int TOPIC_BYTES = 400;

    private static final long NO_LOW_WATERMARK = -1;

    private final Partitions partitions;
    private final Access access;

    /** Deletes from these partitions. */
    public DeleteRecordsHandler(Partitions partitions, Access access) {
        this.partitions = partitions;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DELETE_RECORDS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DELETE, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, DeleteRecordsRequest request) {
        long bytes = 0;
        for (DeleteRecordsTopic topic : request.topics()) {
            bytes += TOPIC_BYTES + (long) topic.partitions().size() * PARTITION_BYTES;
        }
        Answers.reserved(bytes, this, context, request, () -> delete(context, request));
    }

    private void delete(RequestContext context, DeleteRecordsRequest request) {
        DeleteRecordsResponse response = new DeleteRecordsResponse();
        List<CompletableFuture<?>> outstanding = new ArrayList<>();
        lastOfEach(request)
                .forEach((topic, wanted) -> {
                    boolean allowed = access.allowsOnTopic(context, Operation.DELETE, topic);
                    List<DeleteRecordsPartitionResult> answers = new ArrayList<>(wanted.size());
                    for (DeleteRecordsPartition asked : wanted.values()) {
                        DeleteRecordsPartitionResult answer =
                                new DeleteRecordsPartitionResult()
                                        .partitionIndex(asked.partitionIndex());
                        answers.add(answer);
                        if (allowed) {
                            outstanding.add(delete(topic, asked, answer).toCompletableFuture());
                        } else {
                            refuse(answer, ErrorCode.TOPIC_AUTHORIZATION_FAILED);
                        }
                    }
                    response.topics()
                            .add(new DeleteRecordsTopicResult().name(topic).partitions(answers));
                });
        context.orderingPointPassed();
        CompletionStage<Void> all =
                CompletableFuture.allOf(outstanding.toArray(CompletableFuture[]::new));
        all.whenComplete((done, failed) -> context.respond(response));
    }

    /** Of several requests for one partition the last counts. */
    private static Map<String, Map<Integer, DeleteRecordsPartition>> lastOfEach(
            DeleteRecordsRequest request) {
        Map<String, Map<Integer, DeleteRecordsPartition>> topics = new LinkedHashMap<>();
        for (DeleteRecordsTopic topic : request.topics()) {
            if (!topic.partitions().isEmpty()) {
                Map<Integer, DeleteRecordsPartition> partitions =
                        topics.computeIfAbsent(topic.name(), first -> new LinkedHashMap<>());
                topic.partitions().forEach(asked -> partitions.put(asked.partitionIndex(), asked));
            }
        }
        return topics;
    }

    private CompletionStage<?> delete(
            String topic, DeleteRecordsPartition asked, DeleteRecordsPartitionResult answer) {
        Led led = Led.find(partitions, topic, asked.partitionIndex());
        Partition partition = led.partition();
        if (partition == null) {
            refuse(answer, led.error());
            return CompletableFuture.completedFuture(null);
        }
        if (TopicNames.isInternal(topic)) {
            refuse(answer, ErrorCode.INVALID_TOPIC_EXCEPTION);
            return CompletableFuture.completedFuture(null);
        }
        if (!partition.settings().deletes()) {
            refuse(answer, ErrorCode.POLICY_VIOLATION);
            return CompletableFuture.completedFuture(null);
        }
        if (asked.offset() < Partition.HIGH_WATERMARK) {
            refuse(answer, ErrorCode.OFFSET_OUT_OF_RANGE);
            return CompletableFuture.completedFuture(null);
        }
        return partition
                .advanceStart(asked.offset())
                .handle((start, failed) -> {
                    if (failed == null) {
                        answer.lowWatermark(start);
                    } else {
                        refuse(answer, WireErrors.of(failed));
                    }
                    return answer;
                });
    }

    private static void refuse(DeleteRecordsPartitionResult answer, ErrorCode error) {
        answer.lowWatermark(NO_LOW_WATERMARK).errorCode(error.code());
    }

    @Override
    public ApiMessage failure(
            DeleteRecordsRequest request, short version, ErrorCode error, String reason) {
        DeleteRecordsResponse response = new DeleteRecordsResponse();
        for (DeleteRecordsTopic topic : request.topics()) {
            List<DeleteRecordsPartitionResult> answers = new ArrayList<>();
            for (DeleteRecordsPartition asked : topic.partitions()) {
                DeleteRecordsPartitionResult answer =
                        new DeleteRecordsPartitionResult().partitionIndex(asked.partitionIndex());
                refuse(answer, error);
                answers.add(answer);
            }
            response.topics()
                    .add(new DeleteRecordsTopicResult().name(topic.name()).partitions(answers));
        }
        return response;
    }
}
