package mortise.spi.auth;

/** One operation on one resource. */
public record Action(Operation operation, ResourceType resource, String name) {
    /** The name of the one cluster resource. */
    public static final String CLUSTER_NAME = "kafka-cluster";

    /** An operation on the cluster itself. */
    public static Action onCluster(Operation operation) {
        return new Action(operation, ResourceType.CLUSTER, CLUSTER_NAME);
    }

    /** An operation on a topic. */
    public static Action onTopic(Operation operation, String topic) {
        return new Action(operation, ResourceType.TOPIC, topic);
    }
}
