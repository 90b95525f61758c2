package mortise.broker.cluster.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mortise.api.ErrorCode;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.metadata.controller.ControllerCommand.ConfigAlteration;
import mortise.metadata.controller.ControllerCommand.ConfigChange;
import mortise.metadata.controller.Verdict;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.message.AlterConfigsRequest;
import mortise.wire.message.AlterConfigsRequest.AlterConfigsResource;
import mortise.wire.message.AlterConfigsResponse;
import mortise.wire.message.AlterConfigsResponse.AlterConfigsResourceResponse;

/** Serves AlterConfigs: what a request does not mention goes back to its default. */
final class AlterConfigsHandler implements ApiHandler<AlterConfigsRequest> {
    private final ConfigChanges changes;

    AlterConfigsHandler(ConfigChanges changes) {
        this.changes = changes;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.ALTER_CONFIGS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(
                        Operation.ALTER_CONFIGS, ResourceType.TOPIC, Requirement.Per.RESOURCE),
                new Requirement(
                        Operation.ALTER_CONFIGS, ResourceType.CLUSTER, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, AlterConfigsRequest request) {
        long bytes = 0;
        for (AlterConfigsResource resource : request.resources()) {
            bytes += ConfigChanges.answerBytes(resource.resourceName());
        }
        Answers.reserved(bytes, this, context, request, () -> alter(context, request));
    }

    private void alter(RequestContext context, AlterConfigsRequest request) {
        List<ConfigAlteration> alterations =
                request.resources().stream().map(AlterConfigsHandler::alteration).toList();
        Answers.when(
                changes.alter(context, alterations, request.validateOnly())
                        .thenApply(AlterConfigsHandler::response),
                this,
                context,
                request);
    }

    private static ConfigAlteration alteration(AlterConfigsResource resource) {
        List<ConfigChange> changes =
                resource.configs().stream()
                        .map(config ->
                                new ConfigChange(config.name(), ConfigChange.SET, config.value()))
                        .toList();
        return new ConfigAlteration(
                resource.resourceType(), resource.resourceName(), true, changes);
    }

    private static AlterConfigsResponse response(Map<ConfigResourceName, Verdict> verdicts) {
        List<AlterConfigsResourceResponse> responses = new ArrayList<>(verdicts.size());
        verdicts.forEach((resource, verdict) -> responses.add(response(resource, verdict)));
        return new AlterConfigsResponse().responses(responses);
    }

    private static AlterConfigsResourceResponse response(
            ConfigResourceName resource, Verdict verdict) {
        return new AlterConfigsResourceResponse()
                .errorCode(verdict.error().code())
                .errorMessage(verdict.message())
                .resourceType(resource.type())
                .resourceName(resource.name());
    }

    @Override
    public AlterConfigsResponse failure(
            AlterConfigsRequest request, short version, ErrorCode error, String reason) {
        return new AlterConfigsResponse()
                .responses(
                        request.resources().stream()
                                .map(resource ->
                                        new ConfigResourceName(
                                                resource.resourceType(), resource.resourceName()))
                                .distinct()
                                .map(resource -> response(resource, new Verdict(error, reason)))
                                .toList());
    }
}
