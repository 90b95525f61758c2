package mortise.junit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import mortise.api.ErrorCode;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

/** Each fault as the ordinary Java client sees it. */
@MortiseBroker(storage = Storage.LOCAL, scope = Scope.METHOD, topics = "orders")
class FaultsTest {
    /** A producer that gives a request up soon and tries it again for long. */
    private static final Map<String, Object> IMPATIENT =
            Map.of("request.timeout.ms", 500, "delivery.timeout.ms", 120_000, "linger.ms", 0);

    private static ProducerRecord<String, String> order(String value) {
        return new ProducerRecord<>("orders", value);
    }

    @Test
    void aPausedRequestTimesOutAndItsRetrySucceedsAfterTheResume(TestBroker broker)
            throws Exception {
        JavaClient client = JavaClient.of(broker);
        try (var producer = client.producer(IMPATIENT)) {
            producer.send(order("before")).get();

            broker.pauseNetwork();
            Future<RecordMetadata> during = producer.send(order("during"));
            Eventually.is(
                    "the client tries again",
                    () -> JavaClient.metric(producer, "record-retry-total") > 0);
            assertThat(during.isDone()).isFalse();

            broker.resumeNetwork();
            during.get();
        }
        assertThat(client.values("orders", 2)).containsExactly("before", "during");
    }

    @Test
    void whoDoesNotTryAgainIsToldOfTheTimeout(TestBroker broker) throws Exception {
        try (var producer =
                JavaClient.of(broker)
                        .producer(
                                Map.of(
                                        "request.timeout.ms", 300,
                                        "delivery.timeout.ms", 600,
                                        "linger.ms", 0))) {
            producer.send(order("before")).get();
            broker.pauseNetwork();

            assertThatThrownBy(() -> producer.send(order("during")).get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TimeoutException.class);
            broker.resumeNetwork();
        }
    }

    @Test
    void droppedConnectionsLoseAndRepeatNothingOfAnIdempotentProducer(TestBroker broker)
            throws Exception {
        JavaClient client = JavaClient.of(broker);
        try (var producer = client.producer(IMPATIENT)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                sent.add(producer.send(order(Integer.toString(i))));
                if (i % 40 == 20) {
                    sent.get(i - 15).get(); // there is a connection, with requests on their way
                    broker.dropConnections();
                }
            }
            for (Future<RecordMetadata> each : sent) {
                each.get();
            }
            assertThat(JavaClient.metric(producer, "connection-close-total"))
                    .as("connections that the client lost")
                    .isPositive();
        }
        assertThat(client.values("orders", 200))
                .containsExactlyElementsOf(
                        IntStream.range(0, 200).mapToObj(Integer::toString).toList());
    }

    @Test
    void delayedRequestsTakeAtLeastThatLong(TestBroker broker) throws Exception {
        Duration delay = Duration.ofMillis(400);
        try (var producer = JavaClient.of(broker).producer(Map.of("linger.ms", 0))) {
            producer.send(order("before")).get();
            broker.delayRequests(delay);

            long begun = System.nanoTime();
            producer.send(order("during")).get();

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(delay);
        }
    }

    @Test
    void whatWasAcknowledgedBeforeAKillIsThereAfterTheStart(TestBroker broker) throws Exception {
        JavaClient client = JavaClient.of(broker);
        String address = broker.bootstrapServers();
        try (var producer = client.producer(IMPATIENT)) {
            for (int i = 0; i < 50; i++) {
                producer.send(order("acknowledged " + i)).get();
            }

            broker.kill();
            assertThat(broker.isRunning()).isFalse();
            // a client that has lost its last broker may wait for metadata before it sends
            FutureTask<RecordMetadata> during =
                    new FutureTask<>(() -> producer.send(order("during")).get());
            Thread.startVirtualThread(during);
            broker.start();
            during.get();
        }
        assertThat(broker.bootstrapServers()).isEqualTo(address);
        assertThat(client.values("orders", 51))
                .hasSize(51)
                .startsWith("acknowledged 0")
                .endsWith("during");
    }

    @Test
    void aRestartKeepsRecordsClusterAndAddress(TestBroker broker) throws Exception {
        JavaClient client = JavaClient.of(broker);
        String cluster = broker.status().clusterId();
        try (var producer = client.producer(IMPATIENT)) {
            producer.send(order("before")).get();
            broker.restart();
            producer.send(order("after")).get();
        }
        assertThat(broker.status().clusterId()).isEqualTo(cluster);
        assertThat(client.values("orders", 2)).containsExactly("before", "after");
    }

    @Test
    void aClientTriesAgainWhatIsRefusedForNow(TestBroker broker) throws Exception {
        JavaClient client = JavaClient.of(broker);
        try (var producer = client.producer(IMPATIENT)) {
            broker.refuse("Produce", ErrorCode.NOT_LEADER_OR_FOLLOWER, 3);

            producer.send(order("once")).get();

            assertThat(broker.refusalsLeft("Produce")).isZero();
            assertThat(JavaClient.metric(producer, "record-retry-total")).isGreaterThanOrEqualTo(3);
        }
        assertThat(client.values("orders", 1)).containsExactly("once");
    }

    @Test
    void aClientGivesUpWhatIsRefusedForGood(TestBroker broker) throws Exception {
        try (var producer = JavaClient.of(broker).producer(IMPATIENT)) {
            broker.refuse("Produce", ErrorCode.CLUSTER_AUTHORIZATION_FAILED, 1);

            assertThatThrownBy(() -> producer.send(order("never")).get())
                    .hasCauseInstanceOf(ClusterAuthorizationException.class);
        }
    }

    @Test
    void topicsAreMadeAndRemovedWhateverTheNetworkDoes(TestBroker broker) throws Exception {
        broker.pauseNetwork();
        broker.createTopic("made", 2, Map.of("retention.ms", "60000"));
        broker.deleteTopic("orders");
        broker.resumeNetwork();

        try (var admin = JavaClient.of(broker).admin()) {
            assertThat(admin.listTopics().names().get()).containsExactly("made");
        }
        assertThatThrownBy(() -> broker.createTopic("made", 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("creating topic made was refused: TOPIC_ALREADY_EXISTS");
    }
}
