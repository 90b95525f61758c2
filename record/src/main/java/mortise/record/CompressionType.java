package mortise.record;

import org.jspecify.annotations.Nullable;

/** The codecs that the Kafka protocol numbers, whether or not one is installed for them. */
public enum CompressionType {
    NONE(0, "none"),
    GZIP(1, "gzip"),
    SNAPPY(2, "snappy"),
    LZ4(3, "lz4"),
    ZSTD(4, "zstd");

    private static final CompressionType[] TYPES = values();

    private final byte id;
    private final String label;

    CompressionType(int id, String label) {
        this.id = (byte) id;
        this.label = label;
    }

    /** The number in bits 0 to 2 of a batch's attributes. */
    public byte id() {
        return id;
    }

    /** The name that clients and topic configs use. */
    public String label() {
        return label;
    }

    /** The type of this number; null if the protocol does not define it. */
    public static @Nullable CompressionType find(int id) {
        for (CompressionType type : TYPES) {
            if (type.id == id) {
                return type;
            }
        }
        return null;
    }

    /** The type of this name; null if the protocol does not define it. */
    public static @Nullable CompressionType find(String label) {
        for (CompressionType type : TYPES) {
            if (type.label.equals(label)) {
                return type;
            }
        }
        return null;
    }

    static String describe(int id) {
        CompressionType type = find(id);
        return type == null ? "codec " + id : type.label;
    }
}
