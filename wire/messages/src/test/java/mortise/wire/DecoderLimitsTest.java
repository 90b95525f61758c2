package mortise.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import mortise.wire.message.DeleteGroupsRequest;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.ListGroupsRequest;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.RequestHeader;
import org.apache.kafka.common.protocol.types.BoundField;
import org.apache.kafka.common.protocol.types.Schema;
import org.apache.kafka.common.protocol.types.Struct;
import org.apache.kafka.common.protocol.types.TaggedFields;
import org.apache.kafka.common.protocol.types.Type;
import org.junit.jupiter.api.Test;

class DecoderLimitsTest {
    @Test
    void anArrayOfMoreThanAMillionElementsIsRefused() {
        ByteBuffer frame = ByteBuffer.allocate(2_000_100).putInt(1_000_001).rewind();

        assertThatThrownBy(() -> new DeleteGroupsRequest(new WireReader(frame), (short) 0))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage(
                        "reading DeleteGroupsRequest.groupsNames before byte 4: 1000001 elements,"
                                + " want at most 1000000");
    }

    @Test
    void anArrayOfAMillionElementsIsRead() {
        ByteBuffer frame = ByteBuffer.allocate(2_000_004).putInt(1_000_000).rewind();

        DeleteGroupsRequest read = new DeleteGroupsRequest(new WireReader(frame), (short) 0);

        assertThat(read.groupsNames()).hasSize(1_000_000);
    }

    @Test
    void anArrayThatTheFrameCannotHoldIsRefusedBeforeItIsAllocated() {
        ByteBuffer frame = ByteBuffer.allocate(16).putInt(900_000).rewind();

        long before = AllocatedBytes.now();
        assertThatThrownBy(() -> new DeleteGroupsRequest(new WireReader(frame), (short) 0))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("900000 elements of at least 1 bytes, but 12 bytes are left");
        assertThat(AllocatedBytes.now() - before).isLessThan(1_000_000);
    }

    @Test
    void moreThanTenThousandTaggedFieldsAreRefused() {
        assertThatThrownBy(() -> listGroups(10_001))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("ListGroupsRequest")
                .hasMessageContaining("10001 tagged fields, want at most 10000");

        assertThat(listGroups(10_000).unknownTaggedFields()).hasSize(10_000);
    }

    private static ListGroupsRequest listGroups(int tags) {
        ByteBuffer frame = ByteBuffer.allocate(3 + 10 * tags);
        WireWriter out = new WireWriter(frame);
        out.writeUnsignedVarint(tags);
        for (int tag = 0; tag < tags; tag++) {
            out.writeTag(tag, 0);
        }
        return new ListGroupsRequest(new WireReader(frame.flip()), (short) 3);
    }

    @Test
    void taggedFieldsThatTheFrameCannotHoldAreRefused() {
        assertThatThrownBy(() -> read(new ListGroupsRequest(), 3, 0x05, 0x00))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("5 tagged fields of at least 2 bytes, but 1 bytes are left");
        assertThatThrownBy(() -> read(new ListGroupsRequest(), 3, 0x01, 0x00, 0x05, 0x00))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("tagged field 0 of 5 bytes, but 1 bytes are left");
    }

    @Test
    void negativeLengthsAreRefused() {
        assertThatThrownBy(() -> read(new MetadataRequest(), 1, 0xff, 0xff, 0xff, 0xfe))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage(
                        "reading MetadataRequest.topics before byte 4: length -2, want -1 for null"
                                + " or more");
        assertThatThrownBy(() -> read(new DeleteGroupsRequest(), 0, 0, 0, 0, 1, 0x80, 0))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("DeleteGroupsRequest.groupsNames")
                .hasMessageContaining("length -32768");
    }

    @Test
    void nullIsRefusedWhereTheVersionForbidsIt() {
        assertThatThrownBy(() -> read(new MetadataRequest(), 0, 0xff, 0xff, 0xff, 0xff))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage(
                        "reading MetadataRequest.topics before byte 4: null, which this version does"
                                + " not allow");
        assertThat(read(new MetadataRequest(), 1, 0xff, 0xff, 0xff, 0xff).topics()).isNull();
    }

    @Test
    void aFrameThatEndsEarlyNamesTheFieldAndThePlace() {
        assertThatThrownBy(() -> read(new FetchRequest(), 4, 0, 0, 0, 1, 0, 0))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage(
                        "reading FetchRequest.maxWaitMs before byte 4: 4 bytes wanted, 2 are left");
    }

    @Test
    void aTaggedFieldIsReadToItsEndAndNotBeyond() {
        // FetchRequest 12: no topics, no forgotten ones, rack "", one tag: clusterId
        int[] start = {
            0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1
        };
        assertThat(read(new FetchRequest(), 12, join(start, 0, 2, 2, 'x')).clusterId())
                .isEqualTo("x");
        assertThatThrownBy(() -> read(new FetchRequest(), 12, join(start, 0, 3, 2, 'x', 'y')))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("FetchRequest.clusterId")
                .hasMessageContaining("1 bytes too many in the tagged field");
        assertThatThrownBy(() -> read(new FetchRequest(), 12, join(start, 0, 2, 3, 'x', 'y')))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("2 bytes wanted, 1 are left");
        assertThatThrownBy(() -> read(new FetchRequest(), 12, join(start, 1, 1, 0)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("FetchRequest.replicaState")
                .hasMessageContaining("tag 1 is not valid in version 12");
    }

    private static int[] join(int[] start, int... end) {
        int[] all = Arrays.copyOf(start, start.length + end.length);
        System.arraycopy(end, 0, all, start.length, end.length);
        return all;
    }

    @Test
    void variableLengthIntegersThatExceedThirtyTwoBitsAreRefused() {
        assertThatThrownBy(() -> read(new ListGroupsRequest(), 3, 0xff, 0xff, 0xff, 0xff, 0x1f))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("a variable-length integer exceeds 32 bits");
        assertThatThrownBy(
                        () -> read(new ListGroupsRequest(), 3, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("a variable-length integer has more than 5 bytes");
    }

    @Test
    void bytesAfterAMessageAreSeenByWhoAsks() {
        WireReader in = new WireReader(ByteBuffer.allocate(7));
        new MetadataRequest(in, (short) 0);
        assertThat(in.position()).isEqualTo(4);
        assertThatThrownBy(() -> in.requireEnd("MetadataRequest"))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage(
                        "reading MetadataRequest before byte 4: 3 bytes follow its end, want none");
    }

    @Test
    void aLittleEndianBufferIsRefused() {
        ByteBuffer little = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        assertThatThrownBy(() -> new WireReader(little))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new WireWriter(little))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aVersionWithoutASchemaIsRefused() {
        assertThatThrownBy(() -> read(new ProduceRequest(), 2))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("reading ProduceRequest in version 2: want 3 to 13");
        assertThatThrownBy(() -> new ProduceRequest().measure(new MessageSize(), (short) 14))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("measuring ProduceRequest in version 14: want 3 to 13");
    }

    @Test
    void aStringThatIsTooLongIsRefusedBothWays() {
        RequestHeader header = new RequestHeader().clientId("x".repeat(32_768));
        assertThatThrownBy(() -> header.measure(new MessageSize(), (short) 2))
                .isInstanceOf(UnwritableMessageException.class)
                .hasMessage(
                        "writing RequestHeader.clientId: the string has 32768 bytes, want at most"
                                + " 32767");
        ByteBuffer frame = ByteBuffer.allocate(40_000);
        new WireWriter(frame).writeUnsignedVarint(2);
        new WireWriter(frame).writeUnsignedVarint(32_769);
        assertThatThrownBy(() -> new DeleteGroupsRequest(new WireReader(frame.rewind()), (short) 2))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessageContaining("a string of 32768 bytes, want at most 32767");
    }

    /** The dearest frames there are: every array in turn with many elements of the fewest bytes. */
    @Test
    void theDearestFramesStayWithinTheAllocationBound() {
        double worst = 0;
        for (Subject subject : Subject.all()) {
            for (short version = subject.lowest(); version <= subject.highest(); version++) {
                for (int depth = 0; depth < 4; depth++) {
                    ByteBuffer frame = leastBytes(subject.schema(version), 2_000, depth);
                    worst = Math.max(worst, allocatedPerByte(subject, version, frame));
                    ByteBuffer direct = ByteBuffer.allocateDirect(frame.remaining()).put(frame);
                    worst = Math.max(worst, allocatedPerByte(subject, version, direct.flip()));
                }
            }
        }
        assertThat(worst).isGreaterThan(4).isLessThan(AllocatedBytes.MULTIPLE);
    }

    @Test
    void unknownTaggedFieldsStayWithinTheAllocationBound() {
        for (int bytesEach = 0; bytesEach < 3; bytesEach++) {
            ByteBuffer frame = ByteBuffer.allocateDirect(10 + 10_000 * (5 + bytesEach));
            WireWriter out = new WireWriter(frame);
            out.writeUnsignedVarint(10_000);
            for (int i = 0; i < 10_000; i++) {
                out.writeTag(90, bytesEach);
                frame.position(frame.position() + bytesEach);
            }
            frame.flip();
            Subject subject =
                    Subject.requestsAndResponses().stream()
                            .filter(some -> some.name().equals("ListGroupsRequest"))
                            .findFirst()
                            .orElseThrow();
            assertThat(allocatedPerByte(subject, (short) 3, frame))
                    .as("%d bytes each", bytesEach)
                    .isLessThan(AllocatedBytes.MULTIPLE);
        }
    }

    private static double allocatedPerByte(Subject subject, short version, ByteBuffer frame) {
        ApiMessage message = subject.newOurs();
        WireReader in = new WireReader(frame);
        message.read(new WireReader(frame), version); // links what is used for the first time
        long before = AllocatedBytes.now();
        message.read(in, version);
        long allocated = AllocatedBytes.now() - before;
        assertThat(allocated)
                .as("%s version %d, %d bytes", subject, version, frame.remaining())
                .isLessThanOrEqualTo(AllocatedBytes.bound(frame.remaining()));
        return Math.max(0, (double) (allocated - AllocatedBytes.CONSTANT))
                / Math.max(1, frame.remaining());
    }

    /**
     * A message whose arrays at that depth have many elements, and all else is as short as can be.
     */
    private static ByteBuffer leastBytes(Schema schema, int count, int depth) {
        Struct struct = least(schema, count, depth);
        ByteBuffer bytes = ByteBuffer.allocate(struct.sizeOf());
        struct.writeTo(bytes);
        return bytes.flip();
    }

    private static Struct least(Schema schema, int count, int depth) {
        Struct struct = new Struct(schema);
        for (BoundField field : schema.fields()) {
            struct.set(field, least(field.def.type, count, depth));
        }
        return struct;
    }

    private static Object least(Type type, int count, int depth) {
        if (type instanceof TaggedFields) {
            return Collections.emptyNavigableMap();
        }
        if (type instanceof Schema schema) {
            return least(schema, count, depth);
        }
        if (type.isArray()) {
            int elements = depth < 0 ? 0 : depth == 0 ? count : 1;
            List<Object> list = new ArrayList<>();
            Object element = least(type.arrayElementType().orElseThrow(), count, depth - 1);
            for (int i = 0; i < elements; i++) {
                list.add(element);
            }
            return list.toArray();
        }
        return RandomStructs.zero(type);
    }

    private static <T extends ApiMessage> T read(T message, int version, int... bytes) {
        ByteBuffer frame = ByteBuffer.allocate(bytes.length);
        for (int value : bytes) {
            frame.put((byte) value);
        }
        message.read(new WireReader(frame.flip()), (short) version);
        return message;
    }
}
