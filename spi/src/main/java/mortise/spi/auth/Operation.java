package mortise.spi.auth;

/** What a request does to a resource, in Kafka's ACL terms. */
public enum Operation {
    /** Read records or offsets. */
    READ(3),
    /** Write records or offsets. */
    WRITE(4),
    /** Create. */
    CREATE(5),
    /** Delete. */
    DELETE(6),
    /** Change, other than configuration. */
    ALTER(7),
    /** See that it exists and how it is. */
    DESCRIBE(8),
    /** What only brokers do to each other. */
    CLUSTER_ACTION(9),
    /** See its configuration. */
    DESCRIBE_CONFIGS(10),
    /** Change its configuration. */
    ALTER_CONFIGS(11),
    /** Write with an idempotent producer. */
    IDEMPOTENT_WRITE(12),
    /** Nothing that needs permission: version negotiation and authentication itself. */
    NONE(-1);

    private final int code;

    Operation(int code) {
        this.code = code;
    }

    /** The number in ACL messages and authorised-operations bit fields; -1 for {@link #NONE}. */
    public int code() {
        return code;
    }
}
