package mortise.coordinator.group;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * Gives all members as many partitions as each other, as far as their subscriptions allow, and
 * leaves partitions where they are if that does not make it uneven.
 *
 * <p>First every member keeps what it has and still subscribes to, up to its share; then what is
 * left goes to whoever has least; then, if members subscribe to different topics, partitions move
 * from those that have more to those that have fewer by two or more, until no move helps.
 */
final class UniformAssignor implements ConsumerAssignor {
    @Override
    public String name() {
        return "uniform";
    }

    /** A partition. */
    private record Place(UUID topic, int partition) {}

    /** One call. */
    private static final class Sharing {
        private final Map<String, Subscriber> members;

        /** In the order of their IDs, so that one input has one result. */
        private final Map<String, Set<Place>> owned = new TreeMap<>();

        private final Map<UUID, List<String>> subscribers = new LinkedHashMap<>();
        private final Map<UUID, Integer> partitions = new HashMap<>();
        private final List<Place> free = new ArrayList<>();
        private final boolean allAlike;

        Sharing(Map<String, Subscriber> members) {
            this.members = members;
            new TreeMap<>(members)
                    .forEach((id, member) -> {
                        owned.put(id, new HashSet<>());
                        member.topics().stream()
                                .sorted(Comparator.comparing(TopicCatalog.Topic::name))
                                .forEach(topic -> {
                                    partitions.put(topic.id(), topic.partitions());
                                    subscribers
                                            .computeIfAbsent(topic.id(), one -> new ArrayList<>())
                                            .add(id);
                                });
                    });
            this.allAlike =
                    members.values().stream().map(Subscriber::topics).distinct().count() <= 1;
        }

        private int total() {
            return partitions.values().stream().mapToInt(Integer::intValue).sum();
        }

        void keep() {
            int least = members.isEmpty() ? 0 : total() / members.size();
            int[] withOneMore = {members.isEmpty() ? 0 : total() % members.size()};
            Set<Place> taken = new HashSet<>();
            owned.forEach((id, mine) -> {
                int share = allAlike ? least + (withOneMore[0] > 0 ? 1 : 0) : Integer.MAX_VALUE;
                Subscriber member = members.get(id);
                if (member == null) {
                    return;
                }
                for (Place place : current(member)) {
                    if (mine.size() < share && taken.add(place)) {
                        mine.add(place);
                    }
                }
                if (allAlike && mine.size() > least) {
                    withOneMore[0]--;
                }
            });
            partitions.forEach((topic, count) -> {
                for (int i = 0; i < count; i++) {
                    Place place = new Place(topic, i);
                    if (!taken.contains(place)) {
                        free.add(place);
                    }
                }
            });
        }

        private List<Place> current(Subscriber member) {
            List<Place> places = new ArrayList<>();
            member.topics().stream()
                    .sorted(Comparator.comparing(TopicCatalog.Topic::name))
                    .forEach(topic -> {
                        for (int i = 0; i < topic.partitions(); i++) {
                            if (member.current().contains(topic.id(), i)) {
                                places.add(new Place(topic.id(), i));
                            }
                        }
                    });
            return places;
        }

        void giveOut() {
            if (allAlike) {
                giveOutAlike();
                return;
            }
            // those that fewest may have come first
            free.sort(Comparator.comparingInt(place -> subscribersOf(place.topic()).size()));
            for (Place place : free) {
                mine(fewest(place.topic())).add(place);
            }
        }

        private void giveOutAlike() {
            PriorityQueue<String> byCount =
                    new PriorityQueue<>(
                            Comparator.comparingInt((String id) -> mine(id).size())
                                    .thenComparing(Comparator.naturalOrder()));
            byCount.addAll(owned.keySet());
            for (Place place : free) {
                String id = byCount.remove();
                mine(id).add(place);
                byCount.add(id);
            }
        }

        private Set<Place> mine(String id) {
            return owned.getOrDefault(id, Set.of());
        }

        private List<String> subscribersOf(UUID topic) {
            return subscribers.getOrDefault(topic, List.of());
        }

        private String fewest(UUID topic) {
            return Collections.min(
                    subscribersOf(topic), Comparator.comparingInt(id -> mine(id).size()));
        }

        /** Each move makes two members more alike, so there is an end. */
        void even() {
            if (allAlike) {
                return;
            }
            ArrayDeque<String> unsettled = new ArrayDeque<>(owned.keySet());
            while (!unsettled.isEmpty()) {
                String from = unsettled.remove();
                Place moved = null;
                String to = "";
                for (Place place : mine(from)) {
                    String candidate = fewest(place.topic());
                    if (mine(from).size() - mine(candidate).size() >= 2
                            && (moved == null || mine(candidate).size() < mine(to).size())) {
                        moved = place;
                        to = candidate;
                    }
                }
                if (moved != null) {
                    mine(from).remove(moved);
                    mine(to).add(moved);
                    unsettled.add(from);
                    unsettled.add(to);
                }
            }
        }

        Map<String, Assignment> result() {
            Map<String, Assignment> all = new HashMap<>();
            owned.forEach((id, mine) -> {
                Assignment.Builder builder = new Assignment.Builder();
                mine.forEach(place -> builder.add(place.topic(), place.partition()));
                all.put(id, builder.build());
            });
            return all;
        }
    }

    @Override
    public Map<String, Assignment> assign(Map<String, Subscriber> members) {
        Sharing sharing = new Sharing(members);
        sharing.keep();
        sharing.giveOut();
        sharing.even();
        return sharing.result();
    }
}
