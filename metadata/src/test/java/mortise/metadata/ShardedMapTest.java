package mortise.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.random.RandomGenerator;
import mortise.tck.sim.Seeded;
import org.jspecify.annotations.Nullable;

class ShardedMapTest {
    @Seeded(runs = 50)
    void behavesLikeAMapAndItsVersionsDoNotDisturbEachOther(RandomGenerator random) {
        Map<String, Integer> model = new HashMap<>();
        ShardedMap<String, Integer> map = ShardedMap.empty();
        for (int step = 0; step < 200; step++) {
            Map<String, @Nullable Integer> changes = new HashMap<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                changes.put(
                        "k" + random.nextInt(300),
                        random.nextInt(3) == 0 ? null : random.nextInt());
            }
            ShardedMap<String, Integer> before = map;
            Map<String, Integer> modelBefore = new HashMap<>(model);
            map = map.with(changes);
            changes.forEach((key, value) -> {
                if (value == null) {
                    model.remove(key);
                } else {
                    model.put(key, value);
                }
            });
            check(before, modelBefore);
            check(map, model);
            checkDifference(before, modelBefore, map, model);
        }
    }

    private static void check(ShardedMap<String, Integer> map, Map<String, Integer> model) {
        assertThat(map.size()).isEqualTo(model.size());
        assertThat(map.values()).containsExactlyInAnyOrderElementsOf(model.values());
        model.forEach((key, value) -> assertThat(map.find(key)).isEqualTo(value));
        assertThat(map.find("none")).isNull();
        assertThat(map).isEqualTo(ShardedMap.<String, Integer>empty().with(model));
    }

    private static void checkDifference(
            ShardedMap<String, Integer> before,
            Map<String, Integer> modelBefore,
            ShardedMap<String, Integer> after,
            Map<String, Integer> modelAfter) {
        Map<Integer, Integer> added = new HashMap<>();
        Map<Integer, Integer> gone = new HashMap<>();
        before.compare(
                after,
                (was, is) -> {
                    if (was != null) {
                        gone.merge(was, 1, Integer::sum);
                    }
                    if (is != null) {
                        added.merge(is, 1, Integer::sum);
                    }
                });
        Map<String, Integer> expectedGone = new HashMap<>(modelBefore);
        expectedGone
                .entrySet()
                .removeIf(entry -> entry.getValue().equals(modelAfter.get(entry.getKey())));
        Map<String, Integer> expectedAdded = new HashMap<>(modelAfter);
        expectedAdded
                .entrySet()
                .removeIf(entry -> entry.getValue().equals(modelBefore.get(entry.getKey())));
        assertThat(gone.values().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(expectedGone.size());
        assertThat(added.values().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(expectedAdded.size());
        assertThat(added.keySet())
                .containsExactlyInAnyOrderElementsOf(new HashSet<>(expectedAdded.values()));
    }
}
