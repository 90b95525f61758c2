package mortise.broker.cluster.api;

import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.broker.request.Access;
import mortise.broker.request.RequestContext;
import mortise.metadata.config.ConfigResource;
import mortise.spi.auth.Operation;

/**
 * Whether a client may see or change the configuration of a resource, and whether there is such a
 * thing here.
 */
final class ResourceAccess {
    private static final byte BROKER_LOGGER = 8;
    private static final byte CLIENT_METRICS = 16;
    private static final byte GROUP = 32;

    private ResourceAccess() {}

    /**
     * Checks both.
     *
     * @throws RefusedException if either is not so
     */
    static void require(
            Access access, RequestContext context, Operation operation, byte type, String name) {
        if (type == ConfigResource.TOPIC.code()) {
            if (!access.allowsOnTopic(context, operation, name)) {
                throw new RefusedException(
                        ErrorCode.TOPIC_AUTHORIZATION_FAILED, "Authorization failed.");
            }
            return;
        }
        if (!access.allowsOnCluster(context, operation)) {
            throw new RefusedException(
                    ErrorCode.CLUSTER_AUTHORIZATION_FAILED, "Authorization failed.");
        }
        if (type != ConfigResource.BROKER.code()) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, missing(type));
        }
    }

    private static String missing(byte type) {
        return switch (type) {
            case BROKER_LOGGER ->
                    "Log levels of a broker are not served; set them in the broker's logging configuration.";
            case CLIENT_METRICS -> "Client metrics subscriptions are not served by this broker.";
            case GROUP -> "Group configurations are not served by this broker.";
            default ->
                    "Resource type " + type + " has no configuration; use topic (2) or broker (4).";
        };
    }
}
