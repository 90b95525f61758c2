package mortise.broker.cluster.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mortise.api.ErrorCode;
import mortise.broker.cluster.ControllerGateway;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.metadata.controller.ControllerCommand.CreatePartitions;
import mortise.metadata.controller.ControllerCommand.MorePartitions;
import mortise.metadata.controller.Verdict;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.message.CreatePartitionsRequest;
import mortise.wire.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import mortise.wire.message.CreatePartitionsRequest.CreatePartitionsTopic;
import mortise.wire.message.CreatePartitionsResponse;
import mortise.wire.message.CreatePartitionsResponse.CreatePartitionsTopicResult;
import org.jspecify.annotations.Nullable;

/** Serves CreatePartitions. */
final class CreatePartitionsHandler implements ApiHandler<CreatePartitionsRequest> {
    /** What a topic takes as objects and encoded, and what each character of its name. */
    private static final int RESULT_BYTES = 800;

    private static final int NAME_FACTOR = 3;

    private final ControllerGateway controller;
    private final Access access;

    CreatePartitionsHandler(ControllerGateway controller, Access access) {
        this.controller = controller;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.CREATE_PARTITIONS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.ALTER, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, CreatePartitionsRequest request) {
        long bytes = 0;
        for (CreatePartitionsTopic topic : request.topics()) {
            bytes += RESULT_BYTES + (long) topic.name().length() * NAME_FACTOR;
        }
        Answers.reserved(bytes, this, context, request, () -> create(context, request));
    }

    private void create(RequestContext context, CreatePartitionsRequest request) {
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        Set<String> twice = new HashSet<>();
        for (CreatePartitionsTopic topic : request.topics()) {
            if (verdicts.put(topic.name(), Verdict.ACCEPTED) != null) {
                twice.add(topic.name());
            }
        }
        List<MorePartitions> accepted = new ArrayList<>();
        for (CreatePartitionsTopic topic : request.topics()) {
            if (twice.contains(topic.name())) {
                verdicts.put(
                        topic.name(),
                        new Verdict(ErrorCode.INVALID_REQUEST, "Duplicate topic name."));
            } else if (!access.allowsOnTopic(context, Operation.ALTER, topic.name())) {
                verdicts.put(
                        topic.name(),
                        new Verdict(ErrorCode.TOPIC_AUTHORIZATION_FAILED, "Authorization failed."));
            } else {
                accepted.add(new MorePartitions(topic.name(), topic.count(), assignments(topic)));
            }
        }
        Answers.when(
                controller
                        .submit(
                                new CreatePartitions(accepted, request.validateOnly()),
                                Duration.ofMillis(request.timeoutMs()))
                        .thenApply(replies -> {
                            replies.forEach(reply -> verdicts.put(reply.topic(), reply.verdict()));
                            return response(verdicts);
                        }),
                this,
                context,
                request);
    }

    private static @Nullable List<List<Integer>> assignments(CreatePartitionsTopic topic) {
        List<CreatePartitionsAssignment> assignments = topic.assignments();
        return assignments == null
                ? null
                : assignments.stream().map(CreatePartitionsAssignment::brokerIds).toList();
    }

    private static CreatePartitionsResponse response(Map<String, Verdict> verdicts) {
        List<CreatePartitionsTopicResult> results = new ArrayList<>(verdicts.size());
        verdicts.forEach((topic, verdict) ->
                results.add(
                        new CreatePartitionsTopicResult()
                                .name(topic)
                                .errorCode(verdict.error().code())
                                .errorMessage(verdict.message())));
        return new CreatePartitionsResponse().results(results);
    }

    @Override
    public CreatePartitionsResponse failure(
            CreatePartitionsRequest request, short version, ErrorCode error, String reason) {
        Map<String, Verdict> verdicts = new LinkedHashMap<>();
        request.topics().forEach(topic -> verdicts.put(topic.name(), new Verdict(error, reason)));
        return response(verdicts);
    }
}
