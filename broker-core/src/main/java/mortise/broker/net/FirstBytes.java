package mortise.broker.net;

/** What a connection's first four bytes say about the protocol that the client speaks. */
enum FirstBytes {
    /** A length, as Kafka's protocol begins. */
    KAFKA,
    /** A TLS handshake record. */
    TLS,
    /** The method of an HTTP request. */
    HTTP;

    private static final int TLS_HANDSHAKE = 0x1603;

    /** Names the protocol of the first four bytes, given in network order. */
    static FirstBytes of(int word) {
        if (word >>> 16 == TLS_HANDSHAKE) {
            return TLS;
        }
        return switch (word) {
            case 0x47455420, // "GET "
                    0x48454144, // "HEAD"
                    0x504F5354, // "POST"
                    0x50555420, // "PUT "
                    0x44454C45, // "DELE"
                    0x4F505449, // "OPTI"
                    0x50415443, // "PATC"
                    0x434F4E4E, // "CONN"
                    0x54524143, // "TRAC"
                    0x50524920 -> // "PRI ", which begins HTTP/2
                    HTTP;
            default -> KAFKA;
        };
    }
}
