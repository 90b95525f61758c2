package mortise.broker.migration;

/**
 * Something that Apache Kafka wrote cannot be read or used; the message names the file, what is
 * wrong and what to do.
 */
public final class RefusedKafkaDirectoryException extends RuntimeException {
    private static final long serialVersionUID = 1;

    RefusedKafkaDirectoryException(String message) {
        super(message);
    }

    RefusedKafkaDirectoryException(String message, Throwable cause) {
        super(message, cause);
    }
}
