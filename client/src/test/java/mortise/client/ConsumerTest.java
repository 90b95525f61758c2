package mortise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import mortise.api.ErrorCode;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What was read is handed on, what cannot be read is named, and memory is bounded. */
class ConsumerTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final int CRC = 17;
    private static final int ATTRIBUTES = 21;

    private final ScriptedBroker broker = new ScriptedBroker(new FakeTopic("t", 3));
    private final FakeTime time = new FakeTime();

    @AfterEach
    void close() {
        broker.close();
    }

    private Cluster connect() {
        return Cluster.connect(broker.address(), "test", LONG, time);
    }

    private static Consumer consumer(Cluster cluster) {
        Consumer consumer = new Consumer(cluster, "t", Codecs.installed());
        consumer.seekToTime(consumer.partitions(), Consumer.EARLIEST);
        return consumer;
    }

    private static ByteBuffer batch(@Nullable Codec codec, byte[]... values) {
        try (RecordBatchBuilder builder = RecordBatchBuilder.growing(1 << 10)) {
            if (codec != null) {
                builder.codec(codec);
            }
            for (byte[] value : values) {
                builder.append(1, null, ByteBuffer.wrap(value));
            }
            return builder.build().buffer();
        }
    }

    private static ByteBuffer batch(String value) {
        return batch(null, value.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> values(List<Consumer.Received> received) {
        return received.stream()
                .map(each -> StandardCharsets.UTF_8.decode(each.record().value()).toString())
                .toList();
    }

    @Test
    void whatLiesBeforeADamagedBatchIsReadAndThenTheBatchIsNamed() {
        broker.topic().append(0, batch("good"));
        ByteBuffer damaged = batch("damaged");
        damaged.put(damaged.limit() - 2, (byte) 'X');
        broker.topic().append(0, damaged);
        broker.topic().append(1, batch("elsewhere"));
        try (Cluster cluster = connect();
                Consumer consumer = consumer(cluster)) {
            assertThat(values(consumer.poll(0))).containsExactly("good", "elsewhere");
            assertThatThrownBy(() -> consumer.poll(0))
                    .isInstanceOf(UnreadableBatchException.class)
                    .hasMessage(
                            "t-0 at offset 1 cannot be read: its checksum is wrong; what follows is read with --partition 0 --from 2");
            assertThat(consumer.position(0)).isEqualTo(1);
        }
    }

    @Test
    void aBatchOfACodecThatIsNotInstalledIsNamed() {
        RecordBatch zstd = RecordBatch.of(batch("as if compressed"));
        zstd.buffer().putShort(ATTRIBUTES, (short) 4);
        zstd.buffer().putInt(CRC, zstd.computeCrc());
        broker.topic().append(0, zstd.buffer());
        try (Cluster cluster = connect();
                Consumer consumer = new Consumer(cluster, "t", Codecs.of())) {
            consumer.seek(0, 0);
            assertThatThrownBy(() -> consumer.poll(0))
                    .isInstanceOf(UnreadableBatchException.class)
                    .hasMessageContaining("t-0 at offset 0 cannot be read")
                    .hasMessageContaining("zstd");
        }
    }

    @Test
    void aPartitionWithoutALeaderHoldsUpNoOther() {
        broker.topic().append(1, batch("one"));
        try (Cluster cluster = connect();
                Consumer consumer = consumer(cluster)) {
            broker.topic().partitionError(0, ErrorCode.LEADER_NOT_AVAILABLE);
            broker.on(
                    ApiKey.FETCH,
                    (exchange, normally) ->
                            exchange.answer(
                                    error((FetchRequest) exchange.request(), normally.get())));
            assertThat(values(consumer.poll(0))).containsExactly("one");
            broker.topic().append(1, batch("two"));
            assertThat(values(consumer.poll(0))).containsExactly("two");
        }
    }

    /** An answer in which partition 0 has another leader. */
    private static FetchResponse error(FetchRequest request, Object normal) {
        FetchResponse answer = (FetchResponse) normal;
        assertThat(request.topics().getFirst().partitions()).hasSize(3);
        answer.responses()
                .getFirst()
                .partitions()
                .getFirst()
                .errorCode(ErrorCode.NOT_LEADER_OR_FOLLOWER.code());
        return answer;
    }

    @Test
    void aLeaderThatMovedIsFound() {
        broker.topic().append(0, batch("moved"));
        try (ScriptedBroker second = new ScriptedBroker(broker.topic());
                Cluster cluster = connect()) {
            broker.topic().ledBy(broker.address());
            try (Consumer consumer = consumer(cluster)) {
                broker.on(
                        ApiKey.FETCH,
                        (exchange, normally) -> {
                            broker.topic().ledBy(second.address());
                            exchange.answer(
                                    error((FetchRequest) exchange.request(), normally.get()));
                        });
                assertThat(values(consumer.poll(0))).containsExactly("moved");
                assertThat(second.count(ApiKey.FETCH)).isEqualTo(1);
            }
        }
        assertThat(time.pauses()).hasSize(1);
    }

    @Test
    void aSmallAnswerThatOpensToMuchIsReadInParts() {
        byte[][] values = new byte[100][1 << 20];
        broker.topic().append(0, batch(Codecs.installed().require((byte) 1), values));
        int records = 0;
        try (Cluster cluster = connect();
                Consumer consumer = consumer(cluster)) {
            while (records < 100) {
                List<Consumer.Received> received = consumer.poll(0);
                assertThat(received).hasSizeBetween(1, 33);
                assertThat(received.getFirst().record().offset()).isEqualTo(records);
                records += received.size();
            }
            assertThat(consumer.poll(0)).isEmpty();
        }
    }

    @Test
    void bytesThatAreNoBatchAreNamedInsteadOfAskedForAgain() {
        broker.on(
                ApiKey.FETCH,
                (exchange, normally) -> {
                    FetchResponse answer = (FetchResponse) normally.get();
                    answer.responses()
                            .getFirst()
                            .partitions()
                            .getFirst()
                            .records(Payload.of(ByteBuffer.allocate(20)));
                    exchange.answer(answer);
                });
        try (Cluster cluster = connect();
                Consumer consumer = consumer(cluster)) {
            assertThatThrownBy(() -> consumer.poll(0))
                    .hasMessageContaining("t-0 at offset 0 cannot be read")
                    .hasMessageContaining("no whole batch");
        }
    }

    @Test
    void onePlaceIsAskedOnceForAllPartitions() {
        try (Cluster cluster = connect();
                Consumer consumer = consumer(cluster)) {
            assertThat(consumer.offsets(consumer.partitions(), Consumer.LATEST)).hasSize(3);
            assertThat(consumer.poll(0)).isEmpty();
        }
        assertThat(broker.count(ApiKey.METADATA)).isEqualTo(1);
        assertThat(broker.count(ApiKey.LIST_OFFSETS)).isEqualTo(2);
        assertThat(broker.count(ApiKey.FETCH)).isEqualTo(1);
    }

    @Test
    void aPartitionThatIsNotThereIsSaidAtOnce() {
        try (Cluster cluster = connect();
                Consumer consumer = new Consumer(cluster, "t", Codecs.of())) {
            assertThatThrownBy(() -> consumer.seek(7, 0))
                    .hasMessage("topic t has no partition 7; it has 3");
        }
        assertThat(time.pauses()).isEmpty();
    }
}
