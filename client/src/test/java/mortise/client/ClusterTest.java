package mortise.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import mortise.api.ErrorCode;
import mortise.wire.ApiKey;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.MetadataResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is tried again and what is not, and for how long. */
class ClusterTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final ScriptedBroker broker = new ScriptedBroker();
    private final FakeTime time = new FakeTime();

    @AfterEach
    void close() {
        broker.close();
    }

    private Cluster connect() {
        return Cluster.connect(broker.address(), "test", LONG, time);
    }

    private static ScriptedBroker.Step refusing(ErrorCode error) {
        return (exchange, normally) ->
                exchange.answer(
                        new CreateTopicsResponse()
                                .topics(
                                        List.of(
                                                new CreateTopicsResponse.CreatableTopicResult()
                                                        .name(
                                                                ((CreateTopicsRequest)
                                                                                exchange.request())
                                                                        .topics()
                                                                        .getFirst()
                                                                        .name())
                                                        .errorCode(error.code())
                                                        .errorMessage(
                                                                "no \u001b]0;owned\u0007\n"))));
    }

    @Test
    void aLateAnswerIsNeverThatOfTheNextRequest() throws InterruptedException {
        CountDownLatch late = new CountDownLatch(1);
        broker.on(
                ApiKey.METADATA,
                (exchange, normally) -> {
                    broker.awaitSecondConnection();
                    try {
                        exchange.answer(new MetadataResponse().clusterId("late"));
                    } finally {
                        late.countDown();
                    }
                },
                (exchange, normally) -> {
                    late.await();
                    exchange.answer(new MetadataResponse().clusterId("right"));
                });
        try (Cluster cluster =
                Cluster.connect(
                        broker.address(), "test", Duration.ofSeconds(1), ClientTime.system())) {
            assertThatThrownBy(() -> cluster.metadata(null, false))
                    .hasMessageContaining("no answer to Metadata within 1 s");
            assertThat(cluster.metadata(null, false).clusterId()).isEqualTo("right");
        }
        assertThat(broker.connectionCount()).isEqualTo(2);
    }

    @Test
    void aConnectionThatWasCutIsMadeAgain() {
        broker.on(ApiKey.METADATA, (exchange, normally) -> exchange.hangUp());
        try (Cluster cluster = connect()) {
            assertThat(cluster.metadata(null, false).topics()).hasSize(1);
        }
        assertThat(time.pauses()).hasSize(1);
        assertThat(broker.connectionCount()).isEqualTo(2);
    }

    @Test
    void pausesGrowAndEndBeforeTheDeadline() {
        broker.topic().partitionError(0, ErrorCode.LEADER_NOT_AVAILABLE);
        try (Cluster cluster = connect();
                Consumer consumer = new Consumer(cluster, "t", mortise.record.Codecs.of())) {
            assertThatThrownBy(() -> consumer.offsets(List.of(0), Consumer.LATEST))
                    .hasMessageContaining("partition t-0: LEADER_NOT_AVAILABLE");
        }
        List<Long> millis = time.pauses().stream().map(Duration::toMillis).toList();
        assertThat(millis).startsWith(50L, 100L, 200L, 400L, 800L, 1_000L, 1_000L).isSorted();
        assertThat(millis.stream().mapToLong(each -> each).sum()).isBetween(58_000L, 60_000L);
    }

    @Test
    void whatIsMissingIsSaidAtOnce() {
        broker.on(
                ApiKey.METADATA,
                (exchange, normally) ->
                        exchange.answer(
                                new MetadataResponse()
                                        .topics(
                                                List.of(
                                                        new MetadataResponse.MetadataResponseTopic()
                                                                .name("t")
                                                                .errorCode(
                                                                        ErrorCode
                                                                                .UNKNOWN_TOPIC_OR_PARTITION
                                                                                .code())))));
        try (Cluster cluster = connect()) {
            assertThatThrownBy(() -> new Topics(cluster).describe("t"))
                    .hasMessageContaining("there is no such topic");
        }
        assertThat(time.pauses()).isEmpty();
    }

    @Test
    void aChangeWhoseFateIsUnknownIsNotMadeTwice() {
        broker.on(
                ApiKey.CREATE_TOPICS,
                (exchange, normally) -> {
                    var _ = normally.get();
                    exchange.hangUp();
                });
        try (Cluster cluster = connect()) {
            assertThatThrownBy(() -> new Topics(cluster).create("t", 1, 1, Map.of()))
                    .hasMessageContaining(
                            "whether creating topic t was done is not known: look before you try again");
        }
        assertThat(broker.count(ApiKey.CREATE_TOPICS)).isEqualTo(1);
    }

    @Test
    void aChangeThatAnotherControllerMustMakeIsTriedAgain() {
        broker.on(ApiKey.CREATE_TOPICS, refusing(ErrorCode.NOT_CONTROLLER));
        try (Cluster cluster = connect()) {
            assertThat(new Topics(cluster).create("t", 1, 1, Map.of()).numPartitions()).isOne();
        }
        assertThat(broker.count(ApiKey.METADATA)).as("who is the controller").isEqualTo(2);
        assertThat(time.pauses()).hasSize(1);
    }

    @Test
    void aChangeThatTimedOutIsNotMadeTwice() {
        broker.on(ApiKey.CREATE_TOPICS, refusing(ErrorCode.REQUEST_TIMED_OUT));
        try (Cluster cluster = connect()) {
            assertThatThrownBy(() -> new Topics(cluster).create("t", 1, 1, Map.of()))
                    .hasMessageContaining("REQUEST_TIMED_OUT");
        }
        assertThat(broker.count(ApiKey.CREATE_TOPICS)).isEqualTo(1);
    }

    @Test
    void aBrokersWordsDoNotSteerTheTerminal() {
        broker.on(ApiKey.CREATE_TOPICS, refusing(ErrorCode.INVALID_CONFIG));
        try (Cluster cluster = connect()) {
            assertThatThrownBy(() -> new Topics(cluster).create("t\u001b[2J", 1, 1, Map.of()))
                    .hasMessage(
                            "creating topic t\\x1b[2J: INVALID_CONFIG: no \\x1b]0;owned\\x07\\x0a");
        }
    }

    @Test
    void anAnswerWithoutWhatWasAskedForIsALine() {
        broker.on(
                ApiKey.CREATE_TOPICS,
                (exchange, normally) -> exchange.answer(new CreateTopicsResponse()));
        try (Cluster cluster = connect()) {
            assertThatThrownBy(() -> new Topics(cluster).create("t", 1, 1, Map.of()))
                    .hasMessageContaining("its answer to CreateTopics says nothing of t");
        }
    }

    @Test
    void anotherBrokerAnswersWhileTheFirstIsAway() {
        try (ScriptedBroker second = new ScriptedBroker(broker.topic());
                Cluster cluster = connect()) {
            try (Consumer consumer = new Consumer(cluster, "t", mortise.record.Codecs.of())) {
                consumer.offsets(List.of(0), Consumer.LATEST);
            }
            broker.close();
            assertThat(cluster.metadata(null, false).topics()).hasSize(1);
            assertThat(second.count(ApiKey.METADATA)).isEqualTo(1);
        }
    }

    @Test
    void everyAttemptCountsAgainstOneDeadline() {
        broker.on(
                ApiKey.METADATA,
                Stream.generate(() ->
                                (ScriptedBroker.Step) (exchange, normally) -> exchange.hangUp())
                        .limit(100)
                        .toArray(ScriptedBroker.Step[]::new));
        try (Cluster cluster = connect()) {
            assertThatThrownBy(() -> cluster.metadata(null, false))
                    .hasMessageContaining("closed the connection instead of answering Metadata");
        }
        assertThat(broker.count(ApiKey.METADATA)).as("few attempts are enough").isEqualTo(5);
    }
}
