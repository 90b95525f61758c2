package mortise.broker.partition.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.api.ErrorCode;
import mortise.broker.partition.Partitions;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.request.WireErrors;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.AlterReplicaLogDirsRequest;
import mortise.wire.message.AlterReplicaLogDirsRequest.AlterReplicaLogDir;
import mortise.wire.message.AlterReplicaLogDirsRequest.AlterReplicaLogDirTopic;
import mortise.wire.message.AlterReplicaLogDirsResponse;
import mortise.wire.message.AlterReplicaLogDirsResponse.AlterReplicaLogDirPartitionResult;
import mortise.wire.message.AlterReplicaLogDirsResponse.AlterReplicaLogDirTopicResult;

/**
 * AlterReplicaLogDirs: begins to move logs to other directories of this broker. It answers when the
 * moves have begun; DescribeLogDirs tells how far they are.
 */
public final class AlterReplicaLogDirsHandler implements ApiHandler<AlterReplicaLogDirsRequest> {
    /** What a partition takes as objects and encoded, and a topic without them. */
    private static final int PARTITION_BYTES = 600;

    private static final int TOPIC_BYTES = 400;

    private final Partitions partitions;
    private final Access access;

    /** Moves these partitions. */
    public AlterReplicaLogDirsHandler(Partitions partitions, Access access) {
        this.partitions = partitions;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.ALTER_REPLICA_LOG_DIRS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.ALTER, ResourceType.CLUSTER, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, AlterReplicaLogDirsRequest request) {
        if (!access.allowsOnCluster(context, Operation.ALTER)) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
                            "Authorization failed."));
            return;
        }
        long bytes = 0;
        for (AlterReplicaLogDir directory : request.dirs()) {
            for (AlterReplicaLogDirTopic topic : directory.topics()) {
                bytes += TOPIC_BYTES + (long) topic.partitions().size() * PARTITION_BYTES;
            }
        }
        Answers.reserved(bytes, this, context, request, () -> move(context, request));
    }

    private void move(RequestContext context, AlterReplicaLogDirsRequest request) {
        AlterReplicaLogDirsResponse response = new AlterReplicaLogDirsResponse();
        List<CompletableFuture<?>> outstanding = new ArrayList<>();
        lastOfEach(request)
                .forEach((topic, wanted) -> {
                    AlterReplicaLogDirTopicResult answers =
                            new AlterReplicaLogDirTopicResult().topicName(topic);
                    wanted.forEach((index, path) -> {
                        AlterReplicaLogDirPartitionResult answer =
                                new AlterReplicaLogDirPartitionResult().partitionIndex(index);
                        answers.partitions().add(answer);
                        outstanding.add(
                                partitions
                                        .move(topic, index, path)
                                        .handle((error, failed) ->
                                                answer.errorCode(
                                                        failed == null
                                                                ? error.code()
                                                                : WireErrors.of(failed).code()))
                                        .toCompletableFuture());
                    });
                    response.results().add(answers);
                });
        context.orderingPointPassed();
        CompletionStage<Void> all =
                CompletableFuture.allOf(outstanding.toArray(CompletableFuture[]::new));
        all.whenComplete((done, failed) -> context.respond(response));
    }

    /** Of several directories for one partition the last counts. */
    private static Map<String, Map<Integer, String>> lastOfEach(
            AlterReplicaLogDirsRequest request) {
        Map<String, Map<Integer, String>> topics = new LinkedHashMap<>();
        for (AlterReplicaLogDir directory : request.dirs()) {
            for (AlterReplicaLogDirTopic topic : directory.topics()) {
                for (int index : topic.partitions()) {
                    topics.computeIfAbsent(topic.name(), first -> new LinkedHashMap<>())
                            .put(index, directory.path());
                }
            }
        }
        return topics;
    }

    @Override
    public ApiMessage failure(
            AlterReplicaLogDirsRequest request, short version, ErrorCode error, String reason) {
        AlterReplicaLogDirsResponse response = new AlterReplicaLogDirsResponse();
        lastOfEach(request)
                .forEach((topic, wanted) -> {
                    AlterReplicaLogDirTopicResult answers =
                            new AlterReplicaLogDirTopicResult().topicName(topic);
                    wanted.keySet()
                            .forEach(index ->
                                    answers.partitions()
                                            .add(
                                                    new AlterReplicaLogDirPartitionResult()
                                                            .partitionIndex(index)
                                                            .errorCode(error.code())));
                    response.results().add(answers);
                });
        return response;
    }
}
