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
import mortise.wire.message.IncrementalAlterConfigsRequest;
import mortise.wire.message.IncrementalAlterConfigsRequest.AlterConfigsResource;
import mortise.wire.message.IncrementalAlterConfigsResponse;
import mortise.wire.message.IncrementalAlterConfigsResponse.AlterConfigsResourceResponse;

/** Serves IncrementalAlterConfigs: sets, deletes, appends to and subtracts from single values. */
final class IncrementalAlterConfigsHandler implements ApiHandler<IncrementalAlterConfigsRequest> {
    private final ConfigChanges changes;

    IncrementalAlterConfigsHandler(ConfigChanges changes) {
        this.changes = changes;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.INCREMENTAL_ALTER_CONFIGS;
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
    public void handle(RequestContext context, IncrementalAlterConfigsRequest request) {
        long bytes = 0;
        for (AlterConfigsResource resource : request.resources()) {
            bytes += ConfigChanges.answerBytes(resource.resourceName());
        }
        Answers.reserved(bytes, this, context, request, () -> alter(context, request));
    }

    private void alter(RequestContext context, IncrementalAlterConfigsRequest request) {
        List<ConfigAlteration> alterations =
                request.resources().stream()
                        .map(IncrementalAlterConfigsHandler::alteration)
                        .toList();
        Answers.when(
                changes.alter(context, alterations, request.validateOnly())
                        .thenApply(IncrementalAlterConfigsHandler::response),
                this,
                context,
                request);
    }

    private static ConfigAlteration alteration(AlterConfigsResource resource) {
        List<ConfigChange> changes =
                resource.configs().stream()
                        .map(config ->
                                new ConfigChange(
                                        config.name(), config.configOperation(), config.value()))
                        .toList();
        return new ConfigAlteration(
                resource.resourceType(), resource.resourceName(), false, changes);
    }

    private static IncrementalAlterConfigsResponse response(
            Map<ConfigResourceName, Verdict> verdicts) {
        List<AlterConfigsResourceResponse> responses = new ArrayList<>(verdicts.size());
        verdicts.forEach((resource, verdict) -> responses.add(response(resource, verdict)));
        return new IncrementalAlterConfigsResponse().responses(responses);
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
    public IncrementalAlterConfigsResponse failure(
            IncrementalAlterConfigsRequest request, short version, ErrorCode error, String reason) {
        return new IncrementalAlterConfigsResponse()
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
