package mortise.metadata;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An immutable hash map whose changed copy shares what did not change: 256 shards, of which a
 * change copies one. Two versions of it are compared by looking only at the shards that differ.
 */
@SuppressWarnings(
        "ReferenceEquality") // shards and values are shared between versions: the same object did
// not change
final class ShardedMap<K, V> {
    private static final int SHARDS = 256;
    private static final ShardedMap<?, ?> EMPTY = new ShardedMap<>(emptyShards(), 0);

    private final Map<K, V>[] shards;
    private final int size;

    private ShardedMap(Map<K, V>[] shards, int size) {
        this.shards = shards;
        this.size = size;
    }

    @SuppressWarnings("unchecked")
    static <K, V> ShardedMap<K, V> empty() {
        return (ShardedMap<K, V>) EMPTY;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static <K, V> Map<K, V>[] emptyShards() {
        Map[] shards = new Map[SHARDS];
        Arrays.fill(shards, Map.of());
        return shards;
    }

    /** The value, or null. */
    @Nullable V find(K key) {
        return shards[shard(key)].get(key);
    }

    int size() {
        return size;
    }

    /** All values, in no order. */
    Collection<V> values() {
        List<V> values = new ArrayList<>(size);
        for (Map<K, V> shard : shards) {
            values.addAll(shard.values());
        }
        return values;
    }

    /** This map with other values; null takes a key away. */
    ShardedMap<K, V> with(Map<K, ? extends @Nullable V> changes) {
        if (changes.isEmpty()) {
            return this;
        }
        Map<K, V>[] copy = shards.clone();
        int newSize = size;
        for (Map.Entry<K, ? extends @Nullable V> change : changes.entrySet()) {
            int index = shard(change.getKey());
            if (copy[index] == shards[index]) {
                copy[index] = new HashMap<>(shards[index]);
            }
            V value = change.getValue();
            boolean present = copy[index].containsKey(change.getKey());
            if (value == null) {
                copy[index].remove(change.getKey());
                newSize -= present ? 1 : 0;
            } else {
                copy[index].put(change.getKey(), value);
                newSize += present ? 0 : 1;
            }
        }
        return new ShardedMap<>(copy, newSize);
    }

    /**
     * Hears every key whose value differs, with the value here and the value there; null where it
     * is missing.
     */
    void compare(ShardedMap<K, V> later, BiConsumer<@Nullable V, @Nullable V> difference) {
        for (int i = 0; i < SHARDS; i++) {
            if (shards[i] != later.shards[i]) {
                compareShard(shards[i], later.shards[i], difference);
            }
        }
    }

    private static <K, V> void compareShard(
            Map<K, V> before, Map<K, V> after, BiConsumer<@Nullable V, @Nullable V> difference) {
        before.forEach((key, value) -> {
            V other = after.get(key);
            if (value != other) {
                difference.accept(value, other);
            }
        });
        after.forEach((key, value) -> {
            if (!before.containsKey(key)) {
                difference.accept(null, value);
            }
        });
    }

    private static int shard(Object key) {
        int hash = Objects.hashCode(key);
        return (hash ^ hash >>> 8 ^ hash >>> 16 ^ hash >>> 24) & (SHARDS - 1);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof ShardedMap<?, ?> map && Arrays.equals(shards, map.shards);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(shards);
    }
}
