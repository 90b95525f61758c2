package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Brokers put together by a program, with plugins that the class path offers. */
class EmbeddingTest {
    @TempDir private Path temporary;

    private static BrokerBuilder memory() {
        return new BrokerBuilder()
                .set("plugins.storage", "memory")
                .set("consensus.raft.storage", "memory")
                .set("listeners", "127.0.0.1:0");
    }

    private static BrokerBuilder local(Path directory) {
        return new BrokerBuilder()
                .set("data.directory", directory.toString())
                .set("listeners", "127.0.0.1:0");
    }

    private static String bootstrap(Broker broker) {
        HostPort bound = broker.status().listeners().get("PLAINTEXT");
        assertThat(bound.port()).isPositive();
        return bound.toString();
    }

    private static void create(Broker broker, String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrap(broker)))) {
            admin.createTopics(List.of(new NewTopic(topic, 1, (short) 1))).all().get();
        }
    }

    private static void produce(Broker broker, String value) throws Exception {
        try (var producer =
                new KafkaProducer<>(
                        Map.of("bootstrap.servers", bootstrap(broker)),
                        new StringSerializer(),
                        new StringSerializer())) {
            producer.send(new ProducerRecord<>("orders", value)).get();
        }
    }

    private static String firstOf(Broker broker) {
        try (var consumer =
                new KafkaConsumer<>(
                        Map.of(
                                "bootstrap.servers",
                                bootstrap(broker),
                                "auto.offset.reset",
                                "earliest"),
                        new StringDeserializer(),
                        new StringDeserializer())) {
            consumer.assign(List.of(new TopicPartition("orders", 0)));
            for (int polls = 0; polls < 60; polls++) {
                for (var found : consumer.poll(Duration.ofSeconds(1))) {
                    return found.value();
                }
            }
        }
        throw new AssertionError("nothing came");
    }

    @Test
    void aBrokerInMemoryHasNoDataDirectoryAndMakesNone() throws Exception {
        Path never = temporary.resolve("never");
        try (Broker broker = memory().set("data.directory", never.toString()).start()) {
            create(broker, "orders");
            produce(broker, "apple");

            assertThat(firstOf(broker)).isEqualTo("apple");
            assertThat(broker.status().dataDirectory()).isNull();
            assertThat(broker.status().formatted()).isFalse();
            assertThat(broker.status().clusterId()).hasSize(22);
            assertThat(openFilesBelow(temporary)).isEmpty();
        }
        assertThat(never).doesNotExist();
    }

    @Test
    void recordsInMemoryWithAQuorumOnDiskHaveADataDirectory() {
        Path data = temporary.resolve("data");
        try (Broker broker =
                memory().set("consensus.raft.storage", "disk")
                        .set("data.directory", data.toString())
                        .start()) {
            assertThat(broker.status().dataDirectory()).isEqualTo(data);
            assertThat(broker.status().formatted()).isTrue();
            assertThat(data.resolve("raft")).isDirectory();
            assertThat(data.resolve("memory")).doesNotExist();
        }
    }

    @Test
    void aSecondBrokerOfThisProcessOnOneDirectoryIsRefused() {
        try (Broker first = local(temporary).start()) {
            assertThatThrownBy(() -> local(temporary).start())
                    .isInstanceOf(BrokerStartException.class)
                    .hasMessageStartingWith(
                            "data directory "
                                    + temporary
                                    + " is in use by another broker in this process (pid ");
            assertThat(first.status().partitions()).isZero();
        }
        local(temporary).start().close();
    }

    @Test
    void whatAKilledBrokerAcknowledgedIsThereAfterItsRecovery() throws Exception {
        Broker killed = local(temporary).start();
        create(killed, "orders");
        produce(killed, "apple");

        killed.kill();

        Path logs = temporary.resolve("local").resolve("logs");
        assertThat(logs.resolve("orders-0")).isDirectory();
        assertThat(logs.resolve(".kafka_cleanshutdown")).doesNotExist();
        assertThat(openFilesBelow(temporary)).isEmpty();
        try (Broker next = local(temporary).start()) {
            assertThat(firstOf(next)).isEqualTo("apple");
        }
        assertThat(logs.resolve(".kafka_cleanshutdown")).exists();
    }

    @Test
    void aKilledBrokerResetsItsConnections() throws IOException {
        Broker broker = memory().start();
        HostPort bound = HostPort.parse(bootstrap(broker));
        try (Socket socket = new Socket(bound.host(), bound.port())) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            DataInputStream in = new DataInputStream(socket.getInputStream());
            out.writeInt(10); // ApiVersions 0, without a client ID
            out.writeShort(18);
            out.writeShort(0);
            out.writeInt(1);
            out.writeShort(-1);
            assertThat(in.readNBytes(in.readInt())).isNotEmpty();

            broker.kill();

            assertThatThrownBy(in::read)
                    .isInstanceOf(SocketException.class)
                    .hasMessageContaining("reset");
        }
    }

    @Test
    void requestsAreRefusedAsOftenAsAskedAndServedAgain() throws Exception {
        RefusedRequests refusals = new RefusedRequests();
        try (Broker broker = memory().refusing(refusals).start()) {
            create(broker, "orders");
            refusals.refuse("Produce", ErrorCode.CLUSTER_AUTHORIZATION_FAILED, 1);

            assertThatThrownBy(() -> produce(broker, "refused"))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(ClusterAuthorizationException.class);
            assertThat(refusals.remaining("Produce")).isZero();

            produce(broker, "served");
            assertThat(firstOf(broker)).isEqualTo("served");
        }
    }

    @Test
    void whatCannotBeRefusedIsSaid() {
        RefusedRequests refusals = new RefusedRequests();

        assertThatThrownBy(() -> refusals.refuse("Prodcue", ErrorCode.REQUEST_TIMED_OUT, 1))
                .hasMessageStartingWith("there is no API 'Prodcue'; known are ")
                .hasMessageContaining("Produce");
        assertThatThrownBy(() -> refusals.refuse("Produce", ErrorCode.REQUEST_TIMED_OUT, 0))
                .hasMessageContaining("once is the least");
        assertThatThrownBy(() -> refusals.refuse("Produce", ErrorCode.NONE, 1))
                .hasMessageContaining("name an error");
        assertThatThrownBy(() -> refusals.refuse("ApiVersions", ErrorCode.REQUEST_TIMED_OUT, 1))
                .hasMessageContaining("drop the connections instead");
    }

    private static List<String> openFilesBelow(Path directory) throws IOException {
        return OpenDescriptors.now().stream()
                .filter(target -> target.startsWith(directory.toString()))
                .toList();
    }
}
