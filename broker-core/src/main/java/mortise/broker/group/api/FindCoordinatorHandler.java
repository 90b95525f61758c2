package mortise.broker.group.api;

import java.util.ArrayList;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.broker.group.GroupHost;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.BrokerEndpoints;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.request.UnservedFeature;
import mortise.broker.request.WireErrors;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicImage;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.FindCoordinatorRequest;
import mortise.wire.message.FindCoordinatorResponse;
import mortise.wire.message.FindCoordinatorResponse.Coordinator;

/**
 * FindCoordinator: the broker that leads the partition in which a group's records lie. The topic is
 * made when the first client asks, and the answer waits for it. Coordinators of transactions and of
 * share groups are refused by name.
 *
 * <p>From version 4 on a request names any number of keys.
 */
final class FindCoordinatorHandler implements ApiHandler<FindCoordinatorRequest> {
    private static final short FIRST_WITH_KEYS = 4;
    private static final byte GROUP = 0;
    private static final byte TRANSACTION = 1;
    private static final byte SHARE = 2;

    private final GroupHost host;
    private final BrokerEndpoints endpoints;
    private final Access access;

    FindCoordinatorHandler(GroupHost host, BrokerEndpoints endpoints, Access access) {
        this.host = host;
        this.endpoints = endpoints;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.FIND_COORDINATOR;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.GROUP, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, FindCoordinatorRequest request) {
        if (request.keyType() != GROUP) {
            refuse(context, request);
            return;
        }
        context.orderingPointPassed();
        host.partitions()
                .whenComplete((partitions, failure) ->
                        context.respond(
                                failure == null
                                        ? found(context, request)
                                        : failure(
                                                request,
                                                context.apiVersion(),
                                                ErrorCode.COORDINATOR_NOT_AVAILABLE,
                                                WireErrors.reason(failure))));
    }

    private void refuse(RequestContext context, FindCoordinatorRequest request) {
        UnservedFeature feature =
                switch (request.keyType()) {
                    case TRANSACTION -> UnservedFeature.TRANSACTIONS;
                    case SHARE -> UnservedFeature.SHARE_GROUPS;
                    default -> null;
                };
        if (feature == null) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.INVALID_REQUEST,
                            "key type " + request.keyType() + " is not known"));
            return;
        }
        context.notServed(feature);
        context.respond(
                failure(
                        request,
                        context.apiVersion(),
                        ErrorCode.UNSUPPORTED_VERSION,
                        feature.remedy()));
    }

    private FindCoordinatorResponse found(RequestContext context, FindCoordinatorRequest request) {
        if (context.apiVersion() < FIRST_WITH_KEYS) {
            Coordinator one = coordinator(context, request.key());
            return new FindCoordinatorResponse()
                    .errorCode(one.errorCode())
                    .errorMessage(
                            one.errorCode() == ErrorCode.NONE.code()
                                    ? ErrorCode.NONE.name()
                                    : one.errorMessage())
                    .nodeId(one.nodeId())
                    .host(one.host())
                    .port(one.port());
        }
        List<Coordinator> all = new ArrayList<>();
        for (String key : distinctKeys(request)) {
            all.add(coordinator(context, key));
        }
        return new FindCoordinatorResponse().coordinators(all);
    }

    private static List<String> distinctKeys(FindCoordinatorRequest request) {
        return request.coordinatorKeys().stream().distinct().toList();
    }

    private Coordinator coordinator(RequestContext context, String group) {
        if (!access.allows(context, Operation.DESCRIBE, ResourceType.GROUP, group)) {
            return nowhere(group, ErrorCode.GROUP_AUTHORIZATION_FAILED);
        }
        TopicImage topic = host.topic();
        if (topic == null) {
            return nowhere(group, ErrorCode.COORDINATOR_NOT_AVAILABLE);
        }
        PartitionImage partition =
                topic.partitions().get(GroupHost.partitionOf(group, topic.partitions().size()));
        HostPort at = endpoints.find(partition.leader(), context).orElse(null);
        return at == null
                ? nowhere(group, ErrorCode.COORDINATOR_NOT_AVAILABLE)
                : new Coordinator()
                        .key(group)
                        .nodeId(partition.leader())
                        .host(at.host())
                        .port(at.port())
                        .errorMessage("");
    }

    private static Coordinator nowhere(String key, ErrorCode error) {
        return new Coordinator()
                .key(key)
                .nodeId(-1)
                .host("")
                .port(-1)
                .errorCode(error.code())
                .errorMessage("");
    }

    @Override
    public ApiMessage failure(
            FindCoordinatorRequest request, short version, ErrorCode error, String reason) {
        if (version < FIRST_WITH_KEYS) {
            return new FindCoordinatorResponse()
                    .errorCode(error.code())
                    .errorMessage(reason)
                    .nodeId(-1)
                    .host("")
                    .port(-1);
        }
        List<Coordinator> all = new ArrayList<>();
        for (String key : distinctKeys(request)) {
            all.add(nowhere(key, error).errorMessage(reason));
        }
        return new FindCoordinatorResponse().coordinators(all);
    }
}
