package mortise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import mortise.api.ErrorCode;
import mortise.api.TopicPartition;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Payload;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsResponse;
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
                    .isInstanceOf(UndecodableBatchException.class)
                    .hasMessage(
                            "reading t-0 at offset 1: its checksum is wrong; the next batch begins at offset 2");
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
                    .isInstanceOf(UndecodableBatchException.class)
                    .hasMessageContaining("reading t-0 at offset 0: ")
                    .hasMessageContaining("zstd");
        }
    }

    @Test
    void whoSeeksBehindABatchThatCannotBeReadIsNotToldOfItAgain() {
        broker.topic().append(0, batch("good"));
        ByteBuffer damaged = batch("damaged");
        damaged.put(damaged.limit() - 2, (byte) 'X');
        broker.topic().append(0, damaged);
        broker.topic().append(0, batch("behind"));
        try (Cluster cluster = connect();
                Consumer consumer = consumer(cluster)) {
            assertThat(values(consumer.poll(0))).containsExactly("good");
            consumer.seek(0, 2);
            assertThat(values(consumer.poll(0))).containsExactly("behind");
            consumer.seek(0, 1);
            assertThatThrownBy(() -> consumer.poll(0))
                    .isInstanceOfSatisfying(
                            UndecodableBatchException.class,
                            failed -> {
                                assertThat(failed.partition()).isEqualTo(partition(0));
                                assertThat(failed.offset()).isEqualTo(1);
                                assertThat(failed.nextOffset()).isEqualTo(2);
                            });
        }
    }

    private static TopicPartition partition(int index) {
        return new TopicPartition("t", index);
    }

    /** Finds the time in every partition but the second. */
    private static void unfinished(ScriptedBroker.Exchange exchange, Supplier<ApiMessage> normally)
            throws IOException {
        ListOffsetsResponse answer = (ListOffsetsResponse) normally.get();
        answer.topics()
                .getFirst()
                .partitions()
                .get(answer.topics().getFirst().partitions().size() == 3 ? 1 : 0)
                .errorCode(ErrorCode.REQUEST_TIMED_OUT.code());
        exchange.answer(answer);
    }

    @Test
    void aLookUpByTimeThatIsNotFinishedIsAskedForAgainAndNothingElseIs() {
        List<ListOffsetsRequest> asked = new CopyOnWriteArrayList<>();
        ScriptedBroker.Step remembered =
                (exchange, normally) -> {
                    asked.add((ListOffsetsRequest) exchange.request());
                    unfinished(exchange, normally);
                };
        try (Cluster cluster = connect();
                Consumer consumer = new Consumer(cluster, "t", Codecs.of())) {
            broker.on(ApiKey.LIST_OFFSETS, remembered, remembered);
            assertThat(consumer.offsets(consumer.partitions(), 1_000)).containsOnlyKeys(0, 1, 2);
        }
        assertThat(broker.count(ApiKey.LIST_OFFSETS)).isEqualTo(3);
        assertThat(asked.get(0).topics().getFirst().partitions()).hasSize(3);
        assertThat(asked.get(1).topics().getFirst().partitions())
                .singleElement()
                .extracting(ListOffsetsRequest.ListOffsetsPartition::partitionIndex)
                .isEqualTo(1);
        assertThat(asked)
                .allSatisfy(each ->
                        assertThat(each.timeoutMs())
                                .isBetween(1, (int) (LONG.toMillis() * 9 / 10)));
        assertThat(time.pauses()).hasSize(2);
    }

    @Test
    void aLookUpByTimeEndsByTheDeadlineAndSaysThatTheBrokerGoesOn() {
        ScriptedBroker.Step[] unfinished = new ScriptedBroker.Step[100];
        Arrays.fill(unfinished, (ScriptedBroker.Step) ConsumerTest::unfinished);
        try (Cluster cluster = connect();
                Consumer consumer = new Consumer(cluster, "t", Codecs.of())) {
            broker.on(ApiKey.LIST_OFFSETS, unfinished);
            assertThatThrownBy(() -> consumer.offsets(consumer.partitions(), 1_000))
                    .isInstanceOf(BrokerErrorException.class)
                    .hasMessage(
                            "looking for an offset of t-1: REQUEST_TIMED_OUT: the broker goes on where it stopped: ask again, or wait longer with --timeout SECONDS");
        }
        assertThat(broker.count(ApiKey.LIST_OFFSETS)).isGreaterThan(10);
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
                    .hasMessageContaining("reading t-0 at offset 0: ")
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
