package mortise.broker.request;

import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;

/**
 * An operation that a request needs to be allowed.
 *
 * @param per whether it is checked for the request as a whole or for every resource named in it; an
 *     element that is refused does not refuse the others
 */
public record Requirement(Operation operation, ResourceType resource, Per per) {
    /** What is checked at once. */
    public enum Per {
        /** The whole request is refused. */
        REQUEST,
        /** Each resource is refused by itself. */
        RESOURCE
    }
}
