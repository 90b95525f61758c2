package mortise.broker.request;

import java.util.List;
import java.util.regex.Pattern;
import mortise.api.ErrorCode;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.ApiVersionsResponse;

/**
 * Serves ApiVersions: which APIs, versions and features a client can count on. It lists exactly the
 * handlers that are registered, except that Produce is listed from version 0, which some librdkafka
 * releases look for (KAFKA-18659).
 */
final class ApiVersionsHandler implements ApiHandler<ApiVersionsRequest> {
    private static final Pattern SOFTWARE_NAME =
            Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");
    private static final short FIRST_WITH_SOFTWARE_NAME = 3;
    private static final short FIRST_WITH_ZERO_LEVELS = 4;

    private final RequestRouter router;
    private final FeatureSource features;

    ApiVersionsHandler(RequestRouter router, FeatureSource features) {
        this.router = router;
        this.features = features;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.API_VERSIONS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.NONE, ResourceType.CLUSTER, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, ApiVersionsRequest request) {
        ApiVersionsResponse answer = answer(context.apiVersion(), request);
        if (context.apiVersion() >= FIRST_WITH_SOFTWARE_NAME
                && answer.errorCode() != ErrorCode.INVALID_REQUEST.code()) {
            context.introduced(
                    request.clientSoftwareName() + " " + request.clientSoftwareVersion());
        }
        context.respond(answer);
    }

    private ApiVersionsResponse answer(short version, ApiVersionsRequest request) {
        if (version >= FIRST_WITH_SOFTWARE_NAME
                && !(SOFTWARE_NAME.matcher(request.clientSoftwareName()).matches()
                        && SOFTWARE_NAME.matcher(request.clientSoftwareVersion()).matches())) {
            return failure(ErrorCode.INVALID_REQUEST);
        }
        if (meantForAnother(request)) {
            return failure(ErrorCode.REBOOTSTRAP_REQUIRED);
        }
        return listing(version);
    }

    /**
     * Whether the client's address book is stale: it thinks that it talks to another broker
     * (KIP-1242).
     */
    private boolean meantForAnother(ApiVersionsRequest request) {
        String clusterId = request.clusterId();
        int nodeId = request.nodeId();
        if (clusterId == null && nodeId == -1) {
            return false;
        }
        FeatureSource.Identity identity = features.identity();
        return (clusterId != null && !clusterId.equals(identity.clusterId()))
                || (nodeId != -1 && nodeId != identity.nodeId());
    }

    private ApiVersionsResponse listing(short version) {
        ApiVersionsResponse response = new ApiVersionsResponse();
        for (ApiHandler<?> handler : router.handlers()) {
            response.apiKeys().add(range(handler));
        }
        for (FeatureSource.SupportedFeature feature : features.supported()) {
            if (version >= FIRST_WITH_ZERO_LEVELS || feature.minVersion() > 0) {
                response.supportedFeatures()
                        .add(
                                new ApiVersionsResponse.SupportedFeatureKey()
                                        .name(feature.name())
                                        .minVersion(feature.minVersion())
                                        .maxVersion(feature.maxVersion()));
            }
        }
        FeatureSource.FinalizedFeatures agreed = features.finalized();
        response.finalizedFeaturesEpoch(agreed.epoch());
        for (FeatureSource.FinalizedFeature feature : agreed.features()) {
            response.finalizedFeatures()
                    .add(
                            new ApiVersionsResponse.FinalizedFeatureKey()
                                    .name(feature.name())
                                    .minVersionLevel(feature.level())
                                    .maxVersionLevel(feature.level()));
        }
        return response;
    }

    private static ApiVersionsResponse.ApiVersion range(ApiHandler<?> handler) {
        ApiKey key = handler.apiKey();
        return new ApiVersionsResponse.ApiVersion()
                .apiKey(key.id())
                .minVersion(key == ApiKey.PRODUCE ? 0 : handler.lowestVersion())
                .maxVersion(handler.highestVersion());
    }

    /**
     * The answer to a version that is not served: in version 0, with the range that is (KIP-511).
     */
    ApiVersionsResponse unsupportedVersion() {
        ApiVersionsResponse response = failure(ErrorCode.UNSUPPORTED_VERSION);
        response.apiKeys().add(range(this));
        return response;
    }

    private static ApiVersionsResponse failure(ErrorCode error) {
        return new ApiVersionsResponse().errorCode(error.code());
    }

    @Override
    public ApiVersionsResponse failure(
            ApiVersionsRequest request, short version, ErrorCode error, String reason) {
        return failure(error);
    }
}
