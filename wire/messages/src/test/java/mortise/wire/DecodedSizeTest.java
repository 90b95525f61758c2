package mortise.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;
import mortise.wire.message.AlterConfigsRequest;
import mortise.wire.message.FetchRequest;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.RawTaggedField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.junit.jupiter.api.Test;

/**
 * What a reader charges for a message against what the JVM allocates for it, for every version of
 * every request and response: the densest frames that the schema allows.
 */
class DecodedSizeTest {
    private static final int ELEMENTS = 300;

    /** How much more may be allocated than was charged, as a quotient. */
    private static final double MOST_UNCHARGED = 1.1;

    /** What else decoding allocates: the reader, its scratch space, an error message. */
    private static final int CONSTANT = 4 * 1024;

    /** What the values are that are no arrays. */
    private enum Filling {
        /** As short as can be. */
        LEAST,
        /** The shortest that takes an object of its own. */
        OBJECTS,
        /** As those, with every tagged field and some that nobody knows. */
        TAGS
    }

    /** A frame of one message. */
    private record Dense(
            Subject subject, short version, Filling filling, int depth, ByteBuffer bytes) {
        WireReader reader(long budget) {
            return new WireReader(bytes, budget);
        }

        @Override
        public String toString() {
            return subject
                    + " version "
                    + version
                    + ", "
                    + filling
                    + ", arrays at depth "
                    + depth
                    + ", "
                    + bytes.remaining()
                    + " bytes";
        }
    }

    @Test
    void noMessageTakesMoreHeapThanItIsChargedFor() {
        int frames = 0;
        for (Subject subject : Subject.all()) {
            for (Dense dense : frames(subject)) {
                long[] charged = new long[1];
                long allocated =
                        allocated(() -> {
                            WireReader in = dense.reader(Long.MAX_VALUE);
                            ApiMessage message = read(dense, in);
                            charged[0] = in.heapBytes();
                            return message;
                        });
                assertThat(allocated)
                        .as("bytes allocated, %d charged: %s", charged[0], dense)
                        .isLessThanOrEqualTo((long) (charged[0] * MOST_UNCHARGED) + CONSTANT);
                frames++;
            }
        }
        assertThat(frames).isGreaterThan(600);
    }

    @Test
    void decodingStopsBeforeItAllocatesMoreThanItsBudget() {
        int refused = 0;
        for (Subject subject : Subject.all()) {
            for (Dense dense : frames(subject)) {
                WireReader whole = dense.reader(Long.MAX_VALUE);
                read(dense, whole);
                long needed = whole.heapBytes();
                for (long budget : new long[] {needed / 2, needed - 1}) {
                    long allocated =
                            allocated(() -> {
                                assertThatThrownBySize(dense, budget);
                                return dense;
                            });
                    assertThat(allocated)
                            .as("bytes allocated with a budget of %d: %s", budget, dense)
                            .isLessThanOrEqualTo((long) (budget * MOST_UNCHARGED) + CONSTANT);
                    refused++;
                }
                read(dense, dense.reader(needed));
            }
        }
        assertThat(refused).isGreaterThan(1_200);
    }

    private static void assertThatThrownBySize(Dense dense, long budget) {
        try {
            read(dense, dense.reader(budget));
        } catch (OversizedMessageException expected) {
            if (expected.budgetBytes() == budget) {
                return;
            }
        }
        throw new AssertionError("not refused with a budget of " + budget + ": " + dense);
    }

    @Test
    void aRefusalNamesTheFieldThePlaceAndTheBudget() {
        ByteBuffer frame = ByteBuffer.allocate(4_000_100);
        WireWriter out = new WireWriter(frame);
        out.writeUnsignedVarint(1 + 1);
        out.writeInt8((byte) 2);
        out.writeUnsignedVarint(1 + 1);
        out.writeInt8((byte) 't');
        out.writeUnsignedVarint(1_000_000 + 1);
        frame.rewind();

        assertThatThrownBy(() ->
                        new AlterConfigsRequest()
                                .read(new WireReader(frame, 10_000_000), (short) 2))
                .isInstanceOf(OversizedMessageException.class)
                .hasMessage(
                        "reading AlterConfigsRequest.AlterConfigsResource.configs before byte 7:"
                                + " the message would take more than 10000000 bytes of heap");
    }

    /** A request of a cluster at the upper end: it must fit into any broker's budget. */
    @Test
    void aFetchOfAHundredThousandPartitionsTakesLessThanSixteenMebibytes() {
        FetchRequest.FetchTopic topic = new FetchRequest.FetchTopic();
        for (int i = 0; i < 100_000; i++) {
            topic.partitions().add(new FetchRequest.FetchPartition().partition(i));
        }
        ByteBuffer bytes = Twins.write(new FetchRequest().topics(List.of(topic)), (short) 13);

        WireReader in = new WireReader(bytes);
        new FetchRequest().read(in, (short) 13);

        assertThat(in.heapBytes()).isBetween(6L << 20, 16L << 20);
    }

    /** The least that a run allocates: others link what is used for the first time. */
    private static long allocated(Supplier<Object> run) {
        long least = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long before = AllocatedBytes.now();
            Object kept = run.get();
            long allocated = AllocatedBytes.now() - before;
            assertThat(kept).isNotNull();
            least = Math.min(least, allocated);
        }
        return least;
    }

    private static ApiMessage read(Dense dense, WireReader in) {
        ApiMessage message = dense.subject().newOurs();
        message.read(in, dense.version());
        return message;
    }

    private static List<Dense> frames(Subject subject) {
        List<Dense> frames = new ArrayList<>();
        for (short version = subject.lowest(); version <= subject.highest(); version++) {
            for (Filling filling : Filling.values()) {
                for (int depth = 0; depth < 3; depth++) {
                    frames.add(
                            new Dense(
                                    subject,
                                    version,
                                    filling,
                                    depth,
                                    bytes(subject.schema(version), filling, depth)));
                }
            }
        }
        return frames;
    }

    /** A message whose arrays at that depth have many elements, and those above it a few. */
    private static ByteBuffer bytes(Schema schema, Filling filling, int depth) {
        Struct struct = struct(schema, filling, depth);
        ByteBuffer bytes = ByteBuffer.allocateDirect(struct.sizeOf());
        struct.writeTo(bytes);
        return bytes.flip();
    }

    private static Struct struct(Schema schema, Filling filling, int depth) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(field, value(field.def.type, filling, depth));
        }
        return struct;
    }

    private static Object value(Type type, Filling filling, int depth) {
        if (type instanceof TaggedFields tagged) {
            return tags(tagged, filling, depth);
        }
        if (type instanceof Schema schema) {
            return struct(schema, filling, depth);
        }
        if (type.isArray()) {
            Object[] elements = new Object[depth < 0 ? 0 : depth == 0 ? ELEMENTS : 2];
            Type element = type.arrayElementType().orElseThrow();
            Arrays.setAll(elements, i -> value(element, filling, depth - 1));
            return elements;
        }
        if (filling == Filling.LEAST) {
            return RandomStructs.zero(type);
        }
        return switch (type.toString()) {
            case "INT16", "UINT16", "INT32", "INT64", "UINT32" -> large(type);
            case "UUID" -> new Uuid(1, 1);
            case "STRING", "COMPACT_STRING", "NULLABLE_STRING", "COMPACT_NULLABLE_STRING" -> "x";
            case "BYTES", "COMPACT_BYTES", "NULLABLE_BYTES", "COMPACT_NULLABLE_BYTES" ->
                    ByteBuffer.wrap(new byte[1]);
            default -> RandomStructs.zero(type);
        };
    }

    /** A number that has no shared object. */
    private static Object large(Type type) {
        return switch (type.toString()) {
            case "INT16" -> (short) 10_000;
            case "UINT16", "INT32" -> 10_000;
            default -> 10_000L;
        };
    }

    private static NavigableMap<Integer, Object> tags(
            TaggedFields tagged, Filling filling, int depth) {
        NavigableMap<Integer, Object> values = new TreeMap<>();
        if (filling == Filling.TAGS) {
            tagged.fields()
                    .forEach((tag, field) -> values.put(tag, value(field.type, filling, depth)));
            for (int tag = 60; tag < 63; tag++) {
                values.put(tag, new RawTaggedField(tag, new byte[1]));
            }
        }
        return values;
    }
}
