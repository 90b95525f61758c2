package mortise.metadata.config;

import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigType;

/** The type of a configuration value as clients see it, with its number in DescribeConfigs. */
public enum ConfigKind {
    BOOLEAN(1),
    STRING(2),
    INT(3),
    LONG(5),
    DOUBLE(6),
    LIST(7),
    PASSWORD(9);

    private final byte code;

    ConfigKind(int code) {
        this.code = (byte) code;
    }

    /** The number on the wire. */
    public byte code() {
        return code;
    }

    /**
     * What clients are told about a key of the broker. Types that Kafka does not have travel as
     * text.
     */
    public static ConfigKind of(ConfigKey<?> key) {
        if (key.secret()) {
            return PASSWORD;
        }
        ConfigType<?> type = key.type();
        if (type == ConfigType.BOOLEAN) {
            return BOOLEAN;
        }
        if (type == ConfigType.INT) {
            return INT;
        }
        boolean underKafkaName = key.kafkaName().isPresent();
        if (type == ConfigType.LONG
                || (underKafkaName && (type == ConfigType.DURATION || type == ConfigType.SIZE))) {
            return LONG;
        }
        if (type == ConfigType.DOUBLE) {
            return DOUBLE;
        }
        return type == ConfigType.LIST ? LIST : STRING;
    }
}
