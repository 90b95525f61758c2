package mortise.metadata.config;

/** Where a configuration value comes from, with its number in DescribeConfigs. */
public enum ConfigSource {
    /** Set for the topic. */
    TOPIC(1),
    /** Set for this broker while it ran. */
    BROKER(2),
    /** Set for all brokers while they ran. */
    ALL_BROKERS(3),
    /** Set at the start of this broker: file, environment, command line. */
    START(4),
    /** Nobody set it. */
    DEFAULT(5);

    private final byte code;

    ConfigSource(int code) {
        this.code = (byte) code;
    }

    /** The number on the wire. */
    public byte code() {
        return code;
    }
}
