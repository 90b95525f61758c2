package mortise.broker.net;

/** Why a connection ended; one counter each. */
enum CloseReason {
    /** The client closed it. */
    CLIENT("The client closed the connection."),
    /** The socket failed. */
    SOCKET("The socket failed."),
    /** Neither side moved a byte for {@code net.idle-timeout}. */
    IDLE("Nothing was sent or taken for net.idle-timeout."),
    /** A frame took longer than {@code net.frame-timeout}. */
    SLOW_FRAME("A request did not arrive in full within net.frame-timeout."),
    /** A frame's length is negative or beyond the bound. */
    OVERSIZED("A request's length was negative or larger than net.max-request-bytes."),
    /** The client speaks TLS. */
    TLS("The client spoke TLS."),
    /** The client speaks HTTP. */
    HTTP("The client spoke HTTP."),
    /** A request cannot be parsed. */
    MALFORMED("A request could not be parsed."),
    /** An API or version that is not served. */
    UNSUPPORTED("A request had an API key or version that is not served."),
    /** A handler asked for it, as an error with acks=0 does. */
    HANDLER("A handler closed the connection."),
    /** A response could not be encoded or its bytes not read. */
    RESPONSE("A response could not be encoded, or its records not read."),
    /** There were too many connections. */
    LIMIT("There were more than net.max-connections connections."),
    /** The broker stops. */
    SHUTDOWN("The broker stopped.");

    private final String doc;

    CloseReason(String doc) {
        this.doc = doc;
    }

    String doc() {
        return doc;
    }
}
