package mortise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.record.Codecs;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordIteration;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.TopicView;
import mortise.wire.ApiKey;
import mortise.wire.message.ProduceRequest;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** No record is lost or doubled, and no sequence number serves two batches, whatever happens. */
class ProducerTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ScriptedBroker broker = new ScriptedBroker(new FakeTopic("t", 2));
    private final FakeTime time = new FakeTime();
    private final CountDownLatch end = new CountDownLatch(1);

    @AfterEach
    void close() {
        end.countDown();
        broker.close();
    }

    /** A record goes to the partition that its key names. */
    private static final class NamedPartition implements Partitioner {
        @Override
        public int partition(TopicView topic, @Nullable ByteBuffer key, int bytes) {
            return key == null ? 0 : key.get(key.position()) - '0';
        }
    }

    private Cluster connect() {
        return Cluster.connect(broker.address(), "test", LONG, time);
    }

    private static Producer producer(Cluster cluster) {
        return new Producer(cluster, Clock.system(), "t", null, 1 << 16, new NamedPartition());
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<Producer.Stored> put(Producer producer, String value) {
        producer.send(null, bytes(value));
        return producer.flush();
    }

    private ScriptedBroker.Step refusing(ErrorCode error) {
        return (exchange, normally) -> exchange.answer(broker.topic().produced(0, error, -1));
    }

    private static ScriptedBroker.Step storingAndHangingUp() {
        return (exchange, normally) -> {
            var _ = normally.get();
            exchange.hangUp();
        };
    }

    private List<String> values(int partition) {
        List<String> values = new ArrayList<>();
        for (RecordBatch batch : broker.topic().batches(partition)) {
            try (RecordIteration records = batch.records(Codecs.of(), 1 << 20)) {
                while (records.hasNext()) {
                    Record record = records.next();
                    values.add(StandardCharsets.UTF_8.decode(record.value()).toString());
                }
            }
        }
        return values;
    }

    @Test
    void aBatchWhoseAnswerWasLostIsSentAgainAsItWasAndStoredOnce() {
        List<ByteBuffer> sent = new ArrayList<>();
        broker.on(
                ApiKey.PRODUCE,
                (exchange, normally) -> {
                    sent.add(records(exchange));
                    var _ = normally.get();
                    exchange.hangUp();
                },
                (exchange, normally) -> {
                    sent.add(records(exchange));
                    exchange.answer(normally.get());
                });
        try (Cluster cluster = connect();
                Producer producer = producer(cluster)) {
            assertThat(put(producer, "a").getFirst().baseOffset()).isZero();
        }
        assertThat(sent.getFirst()).isEqualTo(sent.getLast());
        assertThat(values(0)).containsExactly("a");
        assertThat(time.pauses()).hasSize(1);
    }

    private static ByteBuffer records(ScriptedBroker.Exchange exchange) {
        return ((ProduceRequest) exchange.request())
                .topicData()
                .getFirst()
                .partitionData()
                .getFirst()
                .records()
                .buffer();
    }

    @Test
    void afterATimeoutTheSequenceStillMeansTheBatchThatMayBeStored() {
        broker.on(
                ApiKey.PRODUCE,
                (exchange, normally) -> {
                    var _ = normally.get();
                    end.await();
                });
        try (Cluster cluster =
                        Cluster.connect(
                                broker.address(),
                                "test",
                                Duration.ofSeconds(1),
                                ClientTime.system());
                Producer producer = producer(cluster)) {
            assertThatThrownBy(() -> put(producer, "first"))
                    .hasMessageContaining("no answer to Produce")
                    .hasMessageContaining(
                            "whether storing a batch of 1 records was done is not known");
            assertThat(put(producer, "second"))
                    .extracting(Producer.Stored::baseOffset)
                    .containsExactly(0L, 1L);
        }
        assertThat(values(0)).containsExactly("first", "second");
        assertThat(broker.topic().batches(0))
                .extracting(RecordBatch::baseSequence)
                .containsExactly(0, 1);
    }

    @Test
    void aBatchThatTimedOutAndWasNotStoredIsNotLost() {
        broker.on(ApiKey.PRODUCE, (exchange, normally) -> end.await());
        try (Cluster cluster =
                        Cluster.connect(
                                broker.address(),
                                "test",
                                Duration.ofSeconds(1),
                                ClientTime.system());
                Producer producer = producer(cluster)) {
            assertThatThrownBy(() -> put(producer, "first"))
                    .hasMessageContaining("no answer to Produce");
            producer.flush();
            put(producer, "second");
        }
        assertThat(values(0)).containsExactly("first", "second");
    }

    @Test
    void aRefusedBatchThatMayBeStoredEndsTheIdentity() {
        broker.on(
                ApiKey.PRODUCE,
                storingAndHangingUp(),
                refusing(ErrorCode.TOPIC_AUTHORIZATION_FAILED));
        try (Cluster cluster = connect();
                Producer producer = producer(cluster)) {
            assertThatThrownBy(() -> put(producer, "first"))
                    .hasMessageContaining("TOPIC_AUTHORIZATION_FAILED");
            put(producer, "second");
        }
        assertThat(values(0)).containsExactly("first", "second");
        assertThat(broker.topic().batches(0))
                .extracting(RecordBatch::producerId)
                .containsExactly(100L, 101L);
    }

    @Test
    void aBatchThatWasNeverStoredLeavesItsSequenceToTheNext() {
        broker.on(ApiKey.PRODUCE, refusing(ErrorCode.MESSAGE_TOO_LARGE));
        try (Cluster cluster = connect();
                Producer producer = producer(cluster)) {
            assertThatThrownBy(() -> put(producer, "first"))
                    .hasMessageContaining("MESSAGE_TOO_LARGE");
            put(producer, "second");
        }
        assertThat(values(0)).containsExactly("second");
        assertThat(broker.count(ApiKey.INIT_PRODUCER_ID)).isEqualTo(1);
    }

    @Test
    void aBrokerThatForgotTheProducerIsSaidToHaveAndAnotherIdentityIsTaken() {
        broker.on(ApiKey.PRODUCE, refusing(ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER));
        try (Cluster cluster = connect();
                Producer producer = producer(cluster)) {
            assertThatThrownBy(() -> put(producer, "first"))
                    .hasMessageContaining("OUT_OF_ORDER_SEQUENCE_NUMBER")
                    .hasMessageContaining("records that it acknowledged may be lost");
            put(producer, "second");
        }
        assertThat(broker.topic().batches(0))
                .extracting(RecordBatch::producerId)
                .containsExactly(101L);
    }

    @Test
    void aDuplicateIsStoredAlready() {
        broker.on(ApiKey.PRODUCE, refusing(ErrorCode.DUPLICATE_SEQUENCE_NUMBER));
        try (Cluster cluster = connect();
                Producer producer = producer(cluster)) {
            assertThat(put(producer, "first")).hasSize(1);
        }
        assertThat(broker.count(ApiKey.PRODUCE)).isEqualTo(1);
    }

    @Test
    void anErrorThatPassesIsWaitedFor() {
        broker.on(
                ApiKey.PRODUCE,
                refusing(ErrorCode.NOT_ENOUGH_REPLICAS),
                refusing(ErrorCode.NOT_ENOUGH_REPLICAS),
                refusing(ErrorCode.REQUEST_TIMED_OUT));
        try (Cluster cluster = connect();
                Producer producer = producer(cluster)) {
            put(producer, "first");
        }
        assertThat(values(0)).containsExactly("first");
        assertThat(time.pauses()).extracting(Duration::toMillis).containsExactly(50L, 100L, 200L);
    }

    @Test
    void aLeaderThatMovedIsFound() {
        try (ScriptedBroker second = new ScriptedBroker(broker.topic());
                Cluster cluster = connect()) {
            broker.topic().ledBy(broker.address());
            try (Producer producer = producer(cluster)) {
                put(producer, "first");
                broker.on(ApiKey.PRODUCE, refusing(ErrorCode.NOT_LEADER_OR_FOLLOWER));
                broker.topic().ledBy(second.address());
                put(producer, "second");
            }
            assertThat(second.count(ApiKey.PRODUCE)).isEqualTo(1);
        }
        assertThat(values(0)).containsExactly("first", "second");
    }

    @Test
    void aBrokerThatStartsAgainIsWaitedFor() {
        broker.on(ApiKey.PRODUCE, (exchange, normally) -> exchange.hangUp());
        time.duringPause(broker::dropConnections);
        try (Cluster cluster = connect();
                Producer producer = producer(cluster)) {
            put(producer, "first");
        }
        assertThat(values(0)).containsExactly("first");
    }

    @Test
    void oneQuestionForTheMetadataServesManyBatches() {
        try (Cluster cluster = connect();
                Producer producer = producer(cluster)) {
            for (int i = 0; i < 10; i++) {
                put(producer, "value " + i);
            }
        }
        assertThat(values(0)).hasSize(10);
        assertThat(broker.count(ApiKey.METADATA)).isEqualTo(1);
        assertThat(broker.connectionCount()).isEqualTo(1);
    }

    @Test
    void whatWasStoredBeforeAFailureIsTold() {
        try (Cluster cluster = connect();
                Producer producer = producer(cluster)) {
            producer.send(bytes("0"), bytes("first"));
            producer.send(bytes("1"), bytes("second"));
            broker.on(
                    ApiKey.PRODUCE,
                    (exchange, normally) -> exchange.answer(normally.get()),
                    (exchange, normally) ->
                            exchange.answer(
                                    broker.topic().produced(1, ErrorCode.MESSAGE_TOO_LARGE, -1)));
            assertThatThrownBy(producer::flush).hasMessageContaining("sending to t-1");
            assertThat(producer.takeStored())
                    .extracting(stored -> stored.partition().toString())
                    .containsExactly("t-0");
        }
    }
}
