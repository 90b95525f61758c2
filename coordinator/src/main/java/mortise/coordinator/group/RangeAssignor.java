package mortise.coordinator.group;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Gives each member that subscribes to a topic a range of its partitions, in the order of the
 * members: topics with as many partitions and the same subscribers are shared out alike, so that
 * partitions with one number, and so records with one key, come to one member.
 */
final class RangeAssignor implements ConsumerAssignor {
    @Override
    public String name() {
        return "range";
    }

    @Override
    public Map<String, Assignment> assign(Map<String, Subscriber> members) {
        List<String> inOrder = new ArrayList<>(members.keySet());
        inOrder.sort(
                Comparator.comparing((String id) -> instance(members, id))
                        .thenComparing(Comparator.naturalOrder()));
        Map<TopicCatalog.Topic, List<String>> subscribers = new LinkedHashMap<>();
        for (String id : inOrder) {
            Subscriber member = members.get(id);
            if (member != null) {
                member.topics()
                        .forEach(topic ->
                                subscribers
                                        .computeIfAbsent(topic, one -> new ArrayList<>())
                                        .add(id));
            }
        }
        Map<String, Assignment.Builder> assigned = new HashMap<>();
        subscribers.forEach((topic, ids) -> share(topic, ids, assigned));
        Map<String, Assignment> all = new HashMap<>();
        assigned.forEach((id, builder) -> all.put(id, builder.build()));
        return all;
    }

    private static String instance(Map<String, Subscriber> members, String id) {
        Subscriber member = members.get(id);
        return member == null ? "" : member.instanceId();
    }

    private static void share(
            TopicCatalog.Topic topic, List<String> ids, Map<String, Assignment.Builder> assigned) {
        int each = topic.partitions() / ids.size();
        int withOneMore = topic.partitions() % ids.size();
        int next = 0;
        for (int i = 0; i < ids.size(); i++) {
            int end = next + each + (i < withOneMore ? 1 : 0);
            for (; next < end; next++) {
                assigned.computeIfAbsent(ids.get(i), id -> new Assignment.Builder())
                        .add(topic.id(), next);
            }
        }
    }
}
