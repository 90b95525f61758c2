package mortise.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;
import org.junit.jupiter.api.Test;

class FramesTest {
    private static final byte[] RECORDS = "the records of a partition".getBytes(UTF_8);

    @Test
    void aRequestIsReadBackFromItsFrame() {
        ProduceRequest request = produce();
        RequestHeader header =
                new RequestHeader()
                        .requestApiKey(ApiKey.PRODUCE.id())
                        .requestApiVersion((short) 9)
                        .correlationId(77)
                        .clientId("smoke");

        ByteBuffer frame = Frames.encode((short) 2, header, request, (short) 9);

        assertThat(frame.getInt()).isEqualTo(frame.remaining());
        assertThat(frame.remaining()).isEqualTo(frame.capacity() - Frames.LENGTH_BYTES);
        assertThat(Frames.readRequestHeader(frame)).isEqualTo(header);
        WireReader in = new WireReader(frame);
        ProduceRequest read = new ProduceRequest(in, (short) 9);
        in.requireEnd("ProduceRequest");
        assertThat(read).isEqualTo(request).hasToString(request.toString());
        assertThat(read).hasSameHashCodeAs(request);
    }

    @Test
    void recordsAreSlicesOfTheFrame() {
        ByteBuffer frame =
                Frames.encode((short) 2, header(ApiKey.PRODUCE, 9), produce(), (short) 9);
        frame.getInt();
        Frames.readRequestHeader(frame);
        ProduceRequest read = new ProduceRequest(new WireReader(frame), (short) 9);

        Payload records = read.topicData().getFirst().partitionData().getFirst().records();

        assertThat(records).isNotNull();
        assertThat(records.buffer()).isEqualTo(ByteBuffer.wrap(RECORDS));
        records.buffer().put(0, (byte) 'T');
        assertThat(new ProduceRequest(new WireReader(frame), (short) 9)).isEqualTo(read);
        assertThat(read).isNotEqualTo(produce());
    }

    @Test
    void aGatheredFrameHasTheBytesOfAWholeOne() {
        for (short version = 4; version <= 18; version++) {
            short headerVersion = ApiKey.FETCH.responseHeaderVersion(version);
            ResponseHeader header = new ResponseHeader().correlationId(5);
            ByteBuffer whole = Frames.encode(headerVersion, header, fetched(), version);

            Gathered gathered = Frames.encodeGathering(headerVersion, header, fetched(), version);

            assertThat(gathered.splices()).hasSize(2);
            assertThat(gathered.head().remaining())
                    .isEqualTo(whole.remaining() - 2 * RECORDS.length);
            assertThat(gathered.totalBytes()).isEqualTo(whole.remaining());
            assertThat(joined(gathered)).isEqualTo(whole);
        }
    }

    @Test
    void theAllocatorIsAskedOnceForTheSizeAndMayGiveMore() {
        ByteBuffer pooled = ByteBuffer.allocateDirect(4096).position(100);
        ResponseHeader header = new ResponseHeader().correlationId(5);

        Gathered gathered =
                Frames.encodeGathering(
                        (short) 1,
                        header,
                        fetched(),
                        (short) 16,
                        bytes -> {
                            assertThat(pooled.position()).isEqualTo(100);
                            return pooled;
                        });

        assertThat(gathered.head()).isSameAs(pooled);
        assertThat(gathered.head().position()).isEqualTo(100);
        assertThat(joined(gathered))
                .isEqualTo(Frames.encode((short) 1, header, fetched(), (short) 16));
    }

    @Test
    void anUnknownApiOrVersionStillTellsWhoAsks() {
        RequestHeader header = header(ApiKey.API_VERSIONS, 99);
        ByteBuffer future = Frames.encode((short) 2, header, new ApiVersionsRequest(), (short) 3);
        future.getInt();
        assertThat(Frames.readRequestHeader(future)).isEqualTo(header);

        RequestHeader unknown = header.requestApiKey((short) 12_345);
        ByteBuffer other = Frames.encode((short) 1, unknown, new MetadataRequest(), (short) 0);
        other.getInt();
        assertThat(Frames.readRequestHeader(other)).isEqualTo(unknown);

        ByteBuffer torn = other.duplicate().limit(other.limit() - 8).position(4);
        torn.limit(4 + 10);
        assertThat(Frames.readRequestHeader(torn))
                .isEqualTo(
                        new RequestHeader()
                                .requestApiKey((short) 12_345)
                                .requestApiVersion((short) 99)
                                .correlationId(1)
                                .clientId(""));
    }

    @Test
    void aFrameTooShortForAHeaderIsRefused() {
        assertThatThrownBy(() -> Frames.readRequestHeader(ByteBuffer.allocate(7)))
                .isInstanceOf(MalformedMessageException.class)
                .hasMessage("reading a request header: the frame has 7 bytes, want at least 8");
    }

    @Test
    void aFieldThatTheVersionLacksIsRefusedUnlessIgnorable() {
        MetadataRequest asked = new MetadataRequest().allowAutoTopicCreation(false);

        assertThatThrownBy(() ->
                        Frames.encode((short) 1, header(ApiKey.METADATA, 3), asked, (short) 3))
                .isInstanceOf(UnwritableMessageException.class)
                .hasMessageContaining("MetadataRequest.allowAutoTopicCreation in version 3");
    }

    private static RequestHeader header(ApiKey key, int version) {
        return new RequestHeader()
                .requestApiKey(key.id())
                .requestApiVersion((short) version)
                .correlationId(1)
                .clientId("test");
    }

    private static ProduceRequest produce() {
        return new ProduceRequest()
                .acks((short) -1)
                .timeoutMs(30_000)
                .topicData(
                        List.of(
                                new ProduceRequest.TopicProduceData()
                                        .name("Bäume-🌳")
                                        .partitionData(
                                                List.of(
                                                        new ProduceRequest.PartitionProduceData()
                                                                .index(3)
                                                                .records(records())))));
    }

    private static Payload records() {
        return Payload.of(ByteBuffer.wrap(RECORDS));
    }

    private static FetchResponse fetched() {
        return new FetchResponse()
                .responses(
                        List.of(
                                new FetchResponse.FetchableTopicResponse()
                                        .topic("orders")
                                        .partitions(
                                                List.of(
                                                        partition(0).records(records()),
                                                        partition(1)
                                                                .records(
                                                                        Payload.of(
                                                                                ApiMessage
                                                                                        .NO_BYTES)),
                                                        partition(2).records(records())))));
    }

    private static FetchResponse.PartitionData partition(int index) {
        return new FetchResponse.PartitionData().partitionIndex(index).highWatermark(10);
    }

    private static ByteBuffer joined(Gathered gathered) {
        ByteBuffer out = ByteBuffer.allocate(gathered.totalBytes());
        ByteBuffer head = gathered.head().duplicate();
        int start = head.position();
        int end = head.limit();
        for (Splice splice : gathered.splices()) {
            out.put(head.limit(start + splice.headPosition()));
            out.put(splice.payload().buffer());
            head.limit(end);
        }
        return out.put(head).flip();
    }
}
