package mortise.wire;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Field;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/**
 * Random values for Apache Kafka's own description of a message's bytes. It knows which kinds of
 * value each field has had, prefers those that are missing, and can say which are.
 */
final class RandomStructs {
    /** A kind of value that a field should have had at least once. */
    enum Kind {
        /** Null. */
        NULL,
        /** Zero, false, or of length zero. */
        EMPTY,
        /** Anything else. As zero was seen too, one of them is not the default. */
        FILLED,
        /** A tagged field that is not there. */
        ABSENT,
        /** A tagged field that the schema does not know. */
        UNKNOWN
    }

    private static final int[] LENGTHS = {1, 2, 3, 5, 8, 13, 20, 126, 127, 128, 300};
    private static final String[] ALPHABET = {"a", "B", "7", "-", "_", "ß", "é", "水", "🌳", "\0"};

    /** Beyond what any version knows: a tag of a later version is refused in an earlier one. */
    private static final int FIRST_UNKNOWN_TAG = 50;

    private final RandomGenerator random;
    private final Map<String, Set<Kind>> wanted = new TreeMap<>();

    RandomStructs(RandomGenerator random) {
        this.random = random;
    }

    /** What no struct has had so far, by field. */
    Map<String, Set<Kind>> missing() {
        Map<String, Set<Kind>> missing = new TreeMap<>();
        wanted.forEach((path, kinds) -> {
            if (!kinds.isEmpty()) {
                missing.put(path, kinds);
            }
        });
        return missing;
    }

    /** The bytes of a random message. */
    ByteBuffer bytes(String name, Schema schema) {
        Struct struct = struct(name, schema);
        ByteBuffer bytes = ByteBuffer.allocate(struct.sizeOf());
        struct.writeTo(bytes);
        return bytes.flip();
    }

    private Struct struct(String path, Schema schema) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(field, value(path + "." + field.def.name, field.def.type));
        }
        return struct;
    }

    private @Nullable Object value(String path, Type type) {
        if (type instanceof TaggedFields tagged) {
            return tags(path, tagged);
        }
        if (type instanceof Schema schema) {
            return isFilled(path, schema, Kind.FILLED) ? struct(path, schema) : null;
        }
        if (type.isArray()) {
            return array(path, type);
        }
        Kind kind = choose(path, type, Kind.EMPTY, Kind.FILLED);
        return kind == Kind.NULL ? null : scalar(type.toString(), kind == Kind.EMPTY);
    }

    private boolean isFilled(String path, Type type, Kind... kinds) {
        return choose(path, type, kinds) == Kind.FILLED;
    }

    private Object @Nullable [] array(String path, Type type) {
        Kind kind = choose(path, type, Kind.EMPTY, Kind.FILLED);
        if (kind == Kind.NULL) {
            return null;
        }
        Object[] elements = new Object[kind == Kind.EMPTY ? 0 : random.nextInt(1, 4)];
        for (int i = 0; i < elements.length; i++) {
            elements[i] =
                    Objects.requireNonNull(
                            value(path + "[]", type.arrayElementType().orElseThrow()));
        }
        return elements;
    }

    private NavigableMap<Integer, Object> tags(String path, TaggedFields tagged) {
        NavigableMap<Integer, Object> values = new TreeMap<>();
        int next = 0;
        for (Map.Entry<Integer, Field> entry : tagged.fields().entrySet()) {
            Field field = entry.getValue();
            String fieldPath = path + "." + field.name;
            next = Math.max(next, entry.getKey() + 1);
            if (choose(fieldPath + "?", Type.BOOLEAN, Kind.ABSENT, Kind.FILLED) == Kind.FILLED) {
                Object value = value(fieldPath, field.type);
                if (value != null || field.type.isNullable()) {
                    values.put(entry.getKey(), value);
                }
            }
        }
        if (choose(path, Type.BOOLEAN, Kind.ABSENT, Kind.UNKNOWN) == Kind.UNKNOWN) {
            next = Math.max(next, FIRST_UNKNOWN_TAG);
            for (int left = random.nextInt(1, 4); left > 0; left--) {
                next += random.nextInt(1 << random.nextInt(1, 20));
                values.put(next, new RawTaggedField(next, bytes(random.nextInt(20))));
                next++;
            }
        }
        return values;
    }

    /** One of these kinds, or null where the type allows it; a missing one most of the time. */
    private Kind choose(String path, Type type, Kind... kinds) {
        Set<Kind> possible = EnumSet.of(kinds[0], kinds);
        if (type.isNullable()) {
            possible.add(Kind.NULL);
        }
        Set<Kind> missing = wanted.computeIfAbsent(path, _ -> EnumSet.copyOf(possible));
        boolean anyKind = missing.isEmpty() || random.nextInt(4) == 0;
        // filled leads to the fields inside, so it goes first
        Kind kind =
                !anyKind && missing.contains(Kind.FILLED)
                        ? Kind.FILLED
                        : oneOf(anyKind ? possible : missing);
        missing.remove(kind);
        return kind;
    }

    private Kind oneOf(Set<Kind> kinds) {
        return kinds.stream().skip(random.nextInt(kinds.size())).findFirst().orElseThrow();
    }

    /** Zero, false, or of length zero. */
    static Object zero(Type type) {
        return new RandomStructs(new SplittableRandom(0)).scalar(type.toString(), true);
    }

    private Object scalar(String type, boolean empty) {
        return switch (type) {
            case "BOOLEAN" -> !empty;
            case "INT8" -> empty ? (byte) 0 : (byte) nonZero(8);
            case "INT16" -> empty ? (short) 0 : (short) nonZero(16);
            case "UINT16" -> empty ? 0 : (int) (nonZero(16) & 0xffff);
            case "INT32" -> empty ? 0 : (int) nonZero(32);
            case "UINT32" -> empty ? 0L : nonZero(32) & 0xffff_ffffL;
            case "INT64" -> empty ? 0L : nonZero(64);
            case "FLOAT64" -> empty ? 0.0 : random.nextDouble(-1e9, 1e9);
            case "UUID" -> empty ? Uuid.ZERO_UUID : new Uuid(random.nextLong(), random.nextLong());
            case "STRING", "COMPACT_STRING", "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" ->
                    empty ? "" : text();
            case "BYTES", "COMPACT_BYTES", "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" ->
                    ByteBuffer.wrap(bytes(empty ? 0 : length()));
            case "RECORDS", "COMPACT_RECORDS", "NULLABLE_RECORDS", "COMPACT_NULLABLE_RECORDS" ->
                    MemoryRecords.readableRecords(ByteBuffer.wrap(bytes(empty ? 0 : length())));
            default -> throw new AssertionError("a type that this test does not know: " + type);
        };
    }

    /** A number of so many bits that is not zero: any, or one at an edge. */
    private long nonZero(int bits) {
        return switch (random.nextInt(6)) {
            case 0 -> -1L;
            case 1 -> 1L;
            case 2 -> -1L >>> (65 - bits);
            case 3 -> 1L << (bits - 1);
            default -> (random.nextLong() << 8 | 2L) >> random.nextInt(64 - bits + 1);
        };
    }

    private int length() {
        return LENGTHS[random.nextInt(LENGTHS.length)];
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        boolean ascii = random.nextBoolean();
        for (int left = length(); left > 0; left--) {
            text.append(ALPHABET[random.nextInt(ascii ? 5 : ALPHABET.length)]);
        }
        return text.toString();
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }
}
