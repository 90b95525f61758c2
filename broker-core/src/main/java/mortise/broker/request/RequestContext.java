package mortise.broker.request;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import mortise.spi.auth.Principal;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * One request on its way through the broker, and the frame that it arrived in.
 *
 * <p><b>Ownership.</b> The frame belongs to the context. It is released when the request has been
 * answered and every {@link #retain} has been matched by a {@link #release}. Slices of the frame
 * (record batches) are valid until then.
 *
 * <p><b>Order.</b> The next request of the connection starts when this one has passed its ordering
 * point: all its commands are enqueued, or it has failed. A handler calls {@link
 * #orderingPointPassed} on every path; answering implies it. Responses leave in the order of the
 * requests, whatever order they are given in.
 *
 * <p><b>Threads.</b> A handler is called on the connection's event loop. The methods below may be
 * called on any thread; exactly one of the answers is given, once, and further ones are ignored.
 */
public interface RequestContext {
    /** Which API. */
    ApiKey apiKey();

    /** Which version of it; within the range that is served. */
    short apiVersion();

    /** The client's number for this request. */
    int correlationId();

    /** What the client calls itself. */
    @Nullable String clientId();

    /** Who asks. */
    Principal principal();

    /** The client's address as text, without port. */
    String clientHost();

    /** The connection's number within this broker's life. */
    long connectionId();

    /** The address that the client connected to. */
    InetSocketAddress localAddress();

    /** The listener that the client connected to. */
    ListenerEndpoint listener();

    /** When the frame was complete, by {@link mortise.api.Clock#nanoTime}. */
    long receivedNanos();

    /** The size of the frame in bytes, without its length prefix. */
    int sizeInBytes();

    /** The request after its header. A view of the frame, writable in place. */
    ByteBuffer body();

    /**
     * Whether the connection is closed; work whose only result is the answer may then be skipped.
     */
    boolean connectionClosed();

    /**
     * Has an action run if the connection closes, or has closed, before the request is through: for
     * a request that waits and holds something meanwhile. It runs on the event loop or on the
     * calling thread, perhaps twice, perhaps after an answer. One action a request.
     */
    void whenConnectionClosed(Runnable action);

    /**
     * Notes what software the client says that it is, for lines about it.
     *
     * @param software name and version
     */
    default void introduced(String software) {}

    /**
     * Logs that the client asks for something that this version does not serve; how often is
     * bounded. The client is answered by the caller.
     */
    default void notServed(UnservedFeature feature) {}

    /** Keeps the frame beyond the answer. */
    void retain();

    /** Gives back one {@link #retain}. */
    void release();

    /** Lets the connection's next request start. Calling it twice does nothing more. */
    void orderingPointPassed();

    /**
     * Answers. Encoding happens on the connection's event loop; the message, and the slices of a
     * {@link SlicePayload} in it, belong to the connection from now on. If the connection is gone
     * the slices are closed.
     */
    void respond(ApiMessage response);

    /** How much memory the answer may take; larger ones are not to be built. */
    default long maxAnswerBytes() {
        return Long.MAX_VALUE;
    }

    /**
     * Takes memory for a large answer before it is built, and then runs the action that builds it:
     * when the request is the oldest of its connection and the broker has room. Until it is
     * answered no later request of the connection starts. The action runs in any case, once, at
     * once if the connection has closed; on the event loop, the calling thread, or, once the event
     * loop has ended, any other.
     *
     * @param bytes what the answer takes at most, as objects and encoded, records excepted; at most
     *     {@link #maxAnswerBytes}
     */
    default void reserveAnswer(long bytes, Runnable build) {
        build.run();
    }

    /**
     * Says that the answer is large though it was not reserved: no later request of the connection
     * starts before it is encoded. To be called before the answer is given.
     */
    default void largeAnswer() {}

    /**
     * Logs a failure that nobody expected; how often is bounded, whatever clients do. The client is
     * answered by the caller.
     */
    default void failedUnexpectedly(Throwable failure) {
        LoggerFactory.getLogger(RequestContext.class)
                .error(
                        "{} {} from {} failed; the client is told UNKNOWN_SERVER_ERROR",
                        apiKey().apiName(),
                        correlationId(),
                        clientHost(),
                        failure);
    }

    /** Ends the request without an answer, as acks=0 asks. */
    void respondNothing();

    /**
     * Closes the connection after the answers of earlier requests; {@code reason} goes into the
     * log.
     */
    void closeConnection(String reason);

    /**
     * Runs an action on the connection's event loop, or, once that has ended, at once on the
     * calling thread: then nobody else works on the request any more.
     */
    void execute(Runnable action);
}
