package mortise.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.common.protocol.Message;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * One field at a time off its default, written in every version: where Apache Kafka's classes
 * refuse because the version lacks the field or forbids null, ours refuse, and where they write,
 * ours write the same bytes.
 */
class AbsentFieldsTest {
    /** A way to make an object with one field off its default. */
    private record Variant(String field, Supplier<Object> maker) {}

    @Test
    void aVersionRefusesExactlyTheFieldsThatApacheKafkaRefuses() {
        int refused = 0;
        int written = 0;
        for (Subject subject : Subject.all()) {
            for (Variant variant : variants(subject.name(), subject.ours())) {
                for (short version = subject.lowest(); version <= subject.highest(); version++) {
                    if (isWrittenAlike(subject, variant, version)) {
                        written++;
                    } else {
                        refused++;
                    }
                }
            }
        }
        assertThat(refused).isGreaterThan(100);
        assertThat(written).isGreaterThan(1_000);
    }

    private static boolean isWrittenAlike(Subject subject, Variant variant, short version) {
        ApiMessage ours = (ApiMessage) variant.maker().get();
        Message theirs = subject.newTheirs();
        Twins.copy(ours, theirs);
        Optional<ByteBuffer> theirBytes = theirs(theirs, version);
        Optional<ByteBuffer> ourBytes = ours(ours, version);
        assertThat(ourBytes)
                .as("%s off its default, in version %d", variant.field(), version)
                .isEqualTo(theirBytes);
        return ourBytes.isPresent();
    }

    private static Optional<ByteBuffer> ours(ApiMessage ours, short version) {
        try {
            return Optional.of(Twins.write(ours, version));
        } catch (UnwritableMessageException e) {
            return Optional.empty();
        }
    }

    private static Optional<ByteBuffer> theirs(Message theirs, short version) {
        try {
            return Optional.of(Twins.write(theirs, version));
        } catch (RuntimeException e) {
            return Optional.empty();
        }
    }

    private static List<Variant> variants(String path, Class<?> type) {
        List<Variant> variants = new ArrayList<>();
        for (Method getter : Twins.getters(type).values()) {
            Method setter = Twins.setter(type, getter);
            String field = path + "." + getter.getName();
            if (getter.getAnnotatedReturnType().isAnnotationPresent(Nullable.class)) {
                variants.add(new Variant(field + "=null", () -> with(type, setter, null)));
            }
            for (Variant value : values(field, getter.getGenericReturnType())) {
                variants.add(
                        new Variant(value.field(), () -> with(type, setter, value.maker().get())));
            }
        }
        return variants;
    }

    private static Object with(Class<?> type, Method setter, @Nullable Object value) {
        Object made = Twins.make(type);
        Twins.invoke(setter, made, value);
        return made;
    }

    private static List<Variant> values(String field, Type type) {
        if (type instanceof ParameterizedType list) {
            List<Variant> elements = values(field + "[]", list.getActualTypeArguments()[0]);
            return elements.stream()
                    .map(element ->
                            new Variant(
                                    element.field(), () -> (Object) List.of(element.maker().get())))
                    .toList();
        }
        Class<?> simple = (Class<?>) type;
        return switch (simple.getSimpleName()) {
            case "boolean" ->
                    List.of(
                            new Variant(field + "=true", () -> true),
                            new Variant(field + "=false", () -> false));
            case "byte", "Byte" -> List.of(new Variant(field, () -> (byte) 55));
            case "short", "Short" -> List.of(new Variant(field, () -> (short) 55));
            case "int", "Integer" -> List.of(new Variant(field, () -> 55));
            case "long", "Long" -> List.of(new Variant(field, () -> 55L));
            case "double", "Double" -> List.of(new Variant(field, () -> 55.5));
            case "String" ->
                    List.of(
                            new Variant(field, () -> "55"),
                            new Variant(field + "=empty", () -> ""));
            case "UUID" -> List.of(new Variant(field, () -> new UUID(5, 5)));
            case "ByteBuffer" ->
                    List.of(
                            new Variant(field, () -> ByteBuffer.wrap(new byte[] {5, 5})),
                            new Variant(field + "=empty", () -> ByteBuffer.allocate(0)));
            case "Payload" ->
                    List.of(
                            new Variant(
                                    field, () -> Payload.of(ByteBuffer.wrap(new byte[] {5, 5}))));
            default -> {
                List<Variant> inside = variants(field, simple);
                List<Variant> all = new ArrayList<>(inside);
                all.add(new Variant(field + "=default", () -> Twins.make(simple)));
                yield all;
            }
        };
    }
}
