package mortise.broker.request;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import mortise.spi.auth.Action;
import mortise.spi.auth.Authorizer;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;

/**
 * The question whether a client may do something, as handlers ask it. Thread-safe; answers from
 * memory.
 */
public final class Access {
    /** What the protocol sends in place of an operations bit field that nobody asked for. */
    public static final int OPERATIONS_NOT_REQUESTED = Integer.MIN_VALUE;

    private static final List<Operation> ON_TOPICS =
            List.of(
                    Operation.READ,
                    Operation.WRITE,
                    Operation.CREATE,
                    Operation.DELETE,
                    Operation.ALTER,
                    Operation.DESCRIBE,
                    Operation.DESCRIBE_CONFIGS,
                    Operation.ALTER_CONFIGS);
    private static final List<Operation> ON_GROUPS =
            List.of(
                    Operation.READ,
                    Operation.DELETE,
                    Operation.DESCRIBE,
                    Operation.DESCRIBE_CONFIGS,
                    Operation.ALTER_CONFIGS);
    private static final List<Operation> ON_CLUSTER =
            List.of(
                    Operation.CREATE,
                    Operation.ALTER,
                    Operation.DESCRIBE,
                    Operation.CLUSTER_ACTION,
                    Operation.DESCRIBE_CONFIGS,
                    Operation.ALTER_CONFIGS,
                    Operation.IDEMPOTENT_WRITE);
    private static final List<Operation> ON_TRANSACTIONAL_IDS =
            List.of(Operation.WRITE, Operation.DESCRIBE);
    private static final List<Operation> ON_OTHERS = List.of(Operation.DESCRIBE);

    private final Authorizer authorizer;
    private final boolean open;

    /** Access as this authoriser decides it. */
    public Access(Authorizer authorizer) {
        this.authorizer = authorizer;
        this.open = authorizer.equals(Authorizer.ALLOW_ALL);
    }

    /**
     * The elements of a request after the question was put for each.
     *
     * @param allowed those that the client may touch, in request order
     * @param refused the others, in request order
     */
    public record Sifted<T>(List<T> allowed, List<T> refused) {}

    /** Whether the client of a request may do this. */
    public boolean allows(
            RequestContext context, Operation operation, ResourceType resource, String name) {
        return open
                || authorizer.allows(
                        context.principal(),
                        context.clientHost(),
                        new Action(operation, resource, name));
    }

    /** Whether the client may do this to the cluster itself. */
    public boolean allowsOnCluster(RequestContext context, Operation operation) {
        return allows(context, operation, ResourceType.CLUSTER, Action.CLUSTER_NAME);
    }

    /** Whether the client may do this to a topic. */
    public boolean allowsOnTopic(RequestContext context, Operation operation, String topic) {
        return allows(context, operation, ResourceType.TOPIC, topic);
    }

    /**
     * Divides the elements of a request by whether the client may do this to the topic that each
     * names.
     */
    public <T> Sifted<T> siftTopics(
            RequestContext context,
            Operation operation,
            Collection<T> elements,
            Function<? super T, String> topic) {
        if (open) {
            return new Sifted<>(List.copyOf(elements), List.of());
        }
        List<T> allowed = new ArrayList<>(elements.size());
        List<T> refused = new ArrayList<>();
        for (T element : elements) {
            (allowsOnTopic(context, operation, topic.apply(element)) ? allowed : refused)
                    .add(element);
        }
        return new Sifted<>(allowed, refused);
    }

    /**
     * The bit field of what the client may do to a resource, as Metadata, DescribeCluster and
     * DescribeGroups report it: bit n stands for the operation with code n.
     */
    public int authorizedOperations(RequestContext context, ResourceType resource, String name) {
        int bits = 0;
        for (Operation operation : operationsOn(resource)) {
            if (allows(context, operation, resource, name)) {
                bits |= 1 << operation.code();
            }
        }
        return bits;
    }

    private static List<Operation> operationsOn(ResourceType resource) {
        return switch (resource) {
            case TOPIC -> ON_TOPICS;
            case GROUP -> ON_GROUPS;
            case CLUSTER -> ON_CLUSTER;
            case TRANSACTIONAL_ID -> ON_TRANSACTIONAL_IDS;
            case DELEGATION_TOKEN, USER -> ON_OTHERS;
        };
    }
}
