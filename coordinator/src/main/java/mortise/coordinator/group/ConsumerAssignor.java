package mortise.coordinator.group;

import java.util.Map;
import java.util.Set;

/**
 * Shares out the partitions of topics among the members of a group that the broker balances
 * (KIP-848). A pure function.
 */
public interface ConsumerAssignor {
    /**
     * What an assignor is told of a member.
     *
     * @param instanceId of a static member; else empty
     * @param topics what it subscribes to and there is
     * @param current what it was assigned before
     */
    record Subscriber(String instanceId, Set<TopicCatalog.Topic> topics, Assignment current) {
        public Subscriber {
            topics = Set.copyOf(topics);
        }
    }

    /** What members call it. */
    String name();

    /**
     * Assigns every partition of the topics that at least one member subscribes to, each to exactly
     * one member that does.
     *
     * @param members by their IDs
     * @return what each member has, by their IDs; a member that has nothing may be left out
     */
    Map<String, Assignment> assign(Map<String, Subscriber> members);
}
