package mortise.broker.request;

import java.util.List;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;

/**
 * Serves one API. Stateless or thread-safe: event loops call it concurrently.
 *
 * @param <Q> the request message
 */
public interface ApiHandler<Q extends ApiMessage> {
    /** Which API. */
    ApiKey apiKey();

    /** The first version served. */
    default short lowestVersion() {
        return apiKey().lowestVersion();
    }

    /** The last version served. */
    default short highestVersion() {
        return apiKey().highestVersion();
    }

    /**
     * What the request needs permission for: the contract that a table test holds, and that {@link
     * #handle} checks.
     */
    List<Requirement> requirements();

    /**
     * Serves a request. Called on the connection's event loop; must not block. Answers through the
     * context, now or later. An exception thrown from here is answered as an unknown server error
     * with its message.
     */
    void handle(RequestContext context, Q request);

    /**
     * A response of this API that says {@code error} in every place where the request asks for an
     * answer.
     */
    ApiMessage failure(Q request, short version, mortise.api.ErrorCode error, String reason);
}
