package mortise.coordinator.group;

/**
 * Who sends a group request.
 *
 * @param id what the client calls itself; empty if it does not
 * @param host its address, with a slash in front as Apache Kafka stores it
 * @param version the request's version
 */
public record GroupClient(String id, String host, short version) {}
