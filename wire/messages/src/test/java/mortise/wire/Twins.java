package mortise.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.jspecify.annotations.Nullable;

/** Our messages next to Apache Kafka's: compared and converted field by field, by accessor name. */
final class Twins {
    private static final Set<String> NOT_FIELDS =
            Set.of("hashCode", "toString", "unknownTaggedFields");

    private static final Set<String> NOT_FIELDS_OF_MESSAGES =
            Set.of("lowestSupportedVersion", "highestSupportedVersion", "apiKey");

    private static final Map<Class<?>, Map<String, Method>> GETTERS = new ConcurrentHashMap<>();
    private static final Map<Class<?>, Map<String, Method>> THEIR_SETTERS =
            new ConcurrentHashMap<>();

    private Twins() {}

    static <T> T make(Class<T> type) {
        try {
            return type.getConstructor().newInstance();
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** The accessors of the fields of one of our classes, by name. */
    static Map<String, Method> getters(Class<?> ours) {
        return GETTERS.computeIfAbsent(ours, Twins::findGetters);
    }

    private static Map<String, Method> findGetters(Class<?> ours) {
        Map<String, Method> getters = new LinkedHashMap<>();
        for (Method method : ours.getDeclaredMethods()) {
            boolean field =
                    Modifier.isPublic(method.getModifiers())
                            && method.getParameterCount() == 0
                            && !NOT_FIELDS.contains(method.getName())
                            && !(ApiMessage.class.isAssignableFrom(ours)
                                    && NOT_FIELDS_OF_MESSAGES.contains(method.getName()));
            if (field) {
                getters.put(method.getName(), method);
            }
        }
        return getters;
    }

    static Method setter(Class<?> ours, Method getter) {
        try {
            return ours.getMethod(getter.getName(), getter.getReturnType());
        } catch (NoSuchMethodException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, Method> theirSetters(Class<?> theirs) {
        return THEIR_SETTERS.computeIfAbsent(
                theirs,
                type -> {
                    Map<String, Method> setters = new LinkedHashMap<>();
                    Stream.of(type.getDeclaredMethods())
                            .filter(method ->
                                    method.getName().startsWith("set")
                                            && method.getParameterCount() == 1
                                            && method.getReturnType() == type)
                            .forEach(method -> setters.put(method.getName(), method));
                    return setters;
                });
    }

    static @Nullable Object invoke(Method method, Object target, @Nullable Object... arguments) {
        try {
            return method.invoke(target, arguments);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(method + " on " + target, e);
        }
    }

    /** Fails unless both have the same fields with the same values. */
    static void requireSame(String path, Object ours, Object theirs) {
        Map<String, Method> getters = getters(ours.getClass());
        assertThat(theirSetters(theirs.getClass())).as("fields of " + path).hasSameSizeAs(getters);
        for (Method getter : getters.values()) {
            String field = path + "." + getter.getName();
            requireSameValue(
                    field, invoke(getter, ours), invoke(theirGetter(theirs, getter), theirs));
        }
        requireSameTags(path, ours, theirs);
    }

    private static Method theirGetter(Object theirs, Method getter) {
        try {
            return theirs.getClass().getMethod(getter.getName());
        } catch (NoSuchMethodException e) {
            throw new AssertionError("Apache Kafka has no " + getter, e);
        }
    }

    private static void requireSameValue(
            String field, @Nullable Object ours, @Nullable Object theirs) {
        if (ours == null || theirs == null) {
            assertThat(ours == null && theirs == null).as(field + ": both null").isTrue();
            return;
        }
        switch (ours) {
            case List<?> list -> {
                Collection<?> others = (Collection<?>) theirs;
                assertThat(list).as(field).hasSameSizeAs(others);
                Iterator<?> other = others.iterator();
                for (Object element : list) {
                    requireSameValue(field, element, other.next());
                }
            }
            case UUID uuid -> {
                Uuid other = (Uuid) theirs;
                assertThat(uuid)
                        .as(field)
                        .isEqualTo(
                                new UUID(
                                        other.getMostSignificantBits(),
                                        other.getLeastSignificantBits()));
            }
            case ByteBuffer bytes -> assertThat(bytes).as(field).isEqualTo(bytesOf(theirs));
            case Payload payload ->
                    assertThat(payload.buffer())
                            .as(field)
                            .isEqualTo(((MemoryRecords) theirs).buffer());
            case String _, Number _, Boolean _ -> assertThat(ours).as(field).isEqualTo(theirs);
            default -> requireSame(field, ours, theirs);
        }
    }

    private static ByteBuffer bytesOf(Object theirs) {
        return theirs instanceof byte[] array ? ByteBuffer.wrap(array) : (ByteBuffer) theirs;
    }

    private static void requireSameTags(String path, Object ours, Object theirs) {
        List<UnknownTaggedField> tags = ourTags(ours);
        List<RawTaggedField> others = theirTags(theirs);
        assertThat(tags).as("unknown tags of " + path).hasSameSizeAs(others);
        for (int i = 0; i < tags.size(); i++) {
            assertThat(tags.get(i).tag()).isEqualTo(others.get(i).tag());
            assertThat(tags.get(i).data()).isEqualTo(ByteBuffer.wrap(others.get(i).data()));
        }
    }

    @SuppressWarnings("unchecked")
    static List<UnknownTaggedField> ourTags(Object ours) {
        return (List<UnknownTaggedField>) call(ours, "unknownTaggedFields");
    }

    @SuppressWarnings("unchecked")
    private static List<RawTaggedField> theirTags(Object theirs) {
        return (List<RawTaggedField>) call(theirs, "unknownTaggedFields");
    }

    private static Object call(Object target, String method) {
        try {
            return target.getClass().getMethod(method).invoke(target);
        } catch (ReflectiveOperationException e) {
            throw new LinkageError(e.getMessage(), e);
        }
    }

    /** Sets every field of Kafka's object to what ours has. */
    static void copy(Object ours, Object theirs) {
        Map<String, Method> setters = theirSetters(theirs.getClass());
        for (Method getter : getters(ours.getClass()).values()) {
            String name = getter.getName();
            String setterName = "set" + Character.toUpperCase(name.charAt(0)) + name.substring(1);
            Method setter = setters.get(setterName);
            if (setter == null) {
                throw new AssertionError("Apache Kafka has no " + setterName + " in " + theirs);
            }
            invoke(
                    setter,
                    theirs,
                    convert(invoke(getter, ours), setter.getGenericParameterTypes()[0]));
        }
        for (UnknownTaggedField tag : ourTags(ours)) {
            byte[] data = new byte[tag.data().remaining()];
            tag.data().duplicate().get(data);
            theirTags(theirs).add(new RawTaggedField(tag.tag(), data));
        }
    }

    private static @Nullable Object convert(@Nullable Object ours, Type wanted) {
        return switch (ours) {
            case null -> null;
            case UUID uuid ->
                    new Uuid(uuid.getMostSignificantBits(), uuid.getLeastSignificantBits());
            case ByteBuffer bytes -> {
                if (wanted == ByteBuffer.class) {
                    yield bytes.duplicate();
                }
                byte[] array = new byte[bytes.remaining()];
                bytes.duplicate().get(array);
                yield array;
            }
            case Payload payload -> (BaseRecords) MemoryRecords.readableRecords(payload.buffer());
            case List<?> list -> convertList(list, wanted);
            case String text -> text;
            case Number number -> number;
            case Boolean truth -> truth;
            default -> {
                Object theirs = make((Class<?>) wanted);
                copy(ours, theirs);
                yield theirs;
            }
        };
    }

    @SuppressWarnings("unchecked")
    private static Object convertList(List<?> list, Type wanted) {
        Type elementType;
        Collection<Object> theirs;
        if (wanted instanceof ParameterizedType listType) {
            elementType = listType.getActualTypeArguments()[0];
            theirs = new ArrayList<>();
        } else {
            Class<?> collection = (Class<?>) wanted;
            elementType =
                    ((ParameterizedType) collection.getGenericSuperclass())
                            .getActualTypeArguments()[0];
            theirs = (Collection<Object>) make(collection);
        }
        for (Object element : list) {
            theirs.add(convert(element, elementType));
        }
        return theirs;
    }

    /** The bytes that we write, into a buffer of exactly the measured size. */
    static ByteBuffer write(ApiMessage ours, short version) {
        MessageSize size = new MessageSize();
        ours.measure(size, version);
        ByteBuffer out = ByteBuffer.allocate(size.totalBytes());
        ours.write(new WireWriter(out), size, version);
        assertThat(out.remaining()).as("bytes measured but not written").isZero();
        return out.flip();
    }

    /** The bytes that Apache Kafka writes. */
    static ByteBuffer write(Message theirs, short version) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        ByteBuffer out = ByteBuffer.allocate(theirs.size(cache, version));
        theirs.write(new ByteBufferAccessor(out), cache, version);
        assertThat(out.remaining()).isZero();
        return out.flip();
    }
}
