package mortise.spi.auth;

/** What an action is done to, in Kafka's ACL terms. */
public enum ResourceType {
    /** A topic, by name. */
    TOPIC,
    /** A group, by its ID. */
    GROUP,
    /** The cluster; its name is always {@code kafka-cluster}. */
    CLUSTER,
    /** A transactional ID. */
    TRANSACTIONAL_ID,
    /** A delegation token. */
    DELEGATION_TOKEN,
    /** A user. */
    USER
}
