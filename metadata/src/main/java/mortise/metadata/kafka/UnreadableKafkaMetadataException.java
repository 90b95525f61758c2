package mortise.metadata.kafka;

/** A record of Apache Kafka's metadata log cannot be read; the message says which and why. */
public final class UnreadableKafkaMetadataException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** For this reason. */
    UnreadableKafkaMetadataException(String message) {
        super(message);
    }

    /** For this reason, which was found by something else. */
    UnreadableKafkaMetadataException(String message, Throwable cause) {
        super(message, cause);
    }
}
