package mortise.metadata.config;

/** What a configuration belongs to, with its number on the wire and in metadata records. */
public enum ConfigResource {
    TOPIC(2),
    BROKER(4);

    private final byte code;

    ConfigResource(int code) {
        this.code = (byte) code;
    }

    /** The number on the wire. */
    public byte code() {
        return code;
    }
}
