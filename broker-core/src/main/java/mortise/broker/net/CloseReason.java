package mortise.broker.net;

import java.util.Locale;

/** Why a connection ended; counted by it. */
enum CloseReason {
    /** The client closed the connection. */
    CLIENT,
    /** The socket failed. */
    SOCKET,
    /** Nothing was sent or taken for net.idle-timeout. */
    IDLE,
    /** A request did not arrive in full within net.frame-timeout. */
    SLOW_FRAME,
    /**
     * A request's length was negative or larger than net.max-request-bytes, or it would have
     * decoded to more than net.max-decoded-bytes.
     */
    OVERSIZED,
    /** The client spoke TLS. */
    TLS,
    /** The client spoke HTTP. */
    HTTP,
    /** A request could not be parsed. */
    MALFORMED,
    /** A request had an API key or version that is not served. */
    UNSUPPORTED,
    /** A handler closed the connection. */
    HANDLER,
    /** A response could not be encoded, or its records not read. */
    RESPONSE,
    /** The client did not take its answers while others waited for their memory. */
    SLOW_READER,
    /** There were more than net.max-connections connections. */
    LIMIT,
    /** The broker stopped. */
    SHUTDOWN;

    /** The reason as metrics and events name it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
