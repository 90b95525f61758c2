package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import java.util.zip.CRC32C;
import mortise.api.ErrorCode;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Payload;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.ApiVersionsResponse;
import mortise.wire.message.DescribeConfigsRequest;
import mortise.wire.message.DescribeConfigsRequest.DescribeConfigsResource;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataRequest.MetadataRequestTopic;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceRequest.PartitionProduceData;
import mortise.wire.message.ProduceRequest.TopicProduceData;
import mortise.wire.message.ProduceResponse;
import mortise.wire.message.ProduceResponse.PartitionProduceResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small inputs with which one client once took the broker from the others, or lost what was
 * acknowledged: each three times in a row on a broker with its default configuration and heap.
 */
@Timeout(300)
class SmallCasesTest {
    private static final int TIMES = 3;
    private static final int PROBES = 5;
    private static final long MOST_WAIT_MILLIS = 5_000;
    private static final String HELD = "127.0.0.2";

    @TempDir Path directory;

    /** What a test does with a broker of its own. */
    private interface Case {
        void on(BrokerProcess broker, int time) throws Exception;
    }

    private void threeTimes(String topic, int partitions, Case each) throws Exception {
        try (BrokerProcess broker = BrokerProcess.start(directory.resolve("data"))) {
            if (partitions > 0) {
                JavaClient.createTopic(broker.bootstrap(), topic, partitions);
            }
            for (int time = 1; time <= TIMES; time++) {
                each.on(broker, time);
                assertThat(broker.alive()).as("the broker lives after time " + time).isTrue();
            }
        }
    }

    /** Another client asks for the versions on a connection of its own, and is answered. */
    private static void othersAreServed(BrokerProcess broker, int time) {
        for (int probe = 0; probe < PROBES; probe++) {
            long began = System.nanoTime();
            try (ByteConnection other = ByteConnection.to(broker.bootstrap())) {
                ApiVersionsResponse answer =
                        other.call(
                                ApiKey.API_VERSIONS,
                                3,
                                new ApiVersionsRequest()
                                        .clientSoftwareName("probe")
                                        .clientSoftwareVersion("1"),
                                ApiVersionsResponse.class);
                assertThat(answer.errorCode()).isZero();
            } catch (UncheckedIOException refused) {
                throw new AssertionError("others are not served, time " + time, refused);
            }
            assertThat((System.nanoTime() - began) / 1_000_000)
                    .as("milliseconds that another client waits, time " + time)
                    .isLessThan(MOST_WAIT_MILLIS);
        }
    }

    private static void hasGrownByLessThan(long megabytes, BrokerProcess broker, long before) {
        assertThat((ProcessSamples.residentBytes(broker.pid()) - before) >> 20)
                .as("megabytes of resident memory more than before")
                .isLessThan(megabytes);
    }

    /** An answer or the end of the connection, whichever it is. */
    private static void answered(ByteConnection connection) {
        try {
            connection.receive();
        } catch (UncheckedIOException closed) {
            // a refusal too
        }
    }

    private static byte[] header(ApiKey key, int version) {
        ByteBuffer header = ByteBuffer.allocate(15);
        header.putShort(key.id()).putShort((short) version).putInt(1);
        header.putShort((short) 4).put("case".getBytes(StandardCharsets.US_ASCII)).put((byte) 0);
        return header.array();
    }

    private static void varint(ByteArrayOutputStream out, int value) {
        int left = value;
        for (; left > 127; left >>>= 7) {
            out.write((left & 127) | 128);
        }
        out.write(left);
    }

    /** AlterConfigs, to be validated only: resources of a million configurations of three bytes. */
    private static byte[] amplifiedFrame() {
        int resources = 33;
        int configs = 1_000_000;
        ByteArrayOutputStream body = new ByteArrayOutputStream(100 << 20);
        body.writeBytes(header(ApiKey.ALTER_CONFIGS, 2));
        varint(body, resources + 1);
        byte[] tiny = new byte[3 * configs];
        for (int i = 0; i < configs; i++) {
            tiny[3 * i] = 1;
        }
        for (int i = 0; i < resources; i++) {
            body.write(2);
            varint(body, 2);
            body.write('t');
            varint(body, configs + 1);
            body.writeBytes(tiny);
            body.write(0);
        }
        body.write(1);
        body.write(0);
        return body.toByteArray();
    }

    @Test
    void aFrameThatDecodesToAHundredTimesItsSizeHarmsNobody() throws Exception {
        byte[] body = amplifiedFrame();
        byte[] length = ByteBuffer.allocate(4).putInt(body.length).array();
        threeTimes(
                "",
                0,
                (broker, time) -> {
                    long before = ProcessSamples.residentBytes(broker.pid());
                    try (ByteConnection stranger =
                            ByteConnection.from(HELD, broker.bootstrap(), 0)) {
                        try {
                            stranger.send(length).send(body);
                        } catch (UncheckedIOException closed) {
                            // refused before all of it was read
                        }
                        othersAreServed(broker, time);
                        answered(stranger);
                    }
                    othersAreServed(broker, time);
                    hasGrownByLessThan(256, broker, before);
                });
    }

    @Test
    void aResourceThatIsNamedAThousandTimesIsDescribedOnceOrRefused() throws Exception {
        List<DescribeConfigsResource> resources =
                IntStream.range(0, 25_000)
                        .mapToObj(i ->
                                new DescribeConfigsResource()
                                        .resourceType((byte) 4)
                                        .resourceName("1")
                                        .configurationKeys(null))
                        .toList();
        DescribeConfigsRequest request =
                new DescribeConfigsRequest()
                        .resources(resources)
                        .includeSynonyms(true)
                        .includeDocumentation(true);
        sendsAndOthersAreServed("", 0, 64, ApiKey.DESCRIBE_CONFIGS, 4, request);
    }

    private void sendsAndOthersAreServed(
            String topic,
            int partitions,
            int megabytes,
            ApiKey key,
            int version,
            ApiMessage request)
            throws Exception {
        byte[] frame = ByteConnection.frame(key, version, 1, request);
        threeTimes(
                topic,
                partitions,
                (broker, time) -> {
                    long before = ProcessSamples.residentBytes(broker.pid());
                    try (ByteConnection stranger =
                            ByteConnection.from(HELD, broker.bootstrap(), 0)) {
                        stranger.send(frame);
                        othersAreServed(broker, time);
                        answered(stranger);
                    }
                    hasGrownByLessThan(megabytes, broker, before);
                });
    }

    private static UUID topicId(BrokerProcess broker, String topic) {
        try (ByteConnection connection = ByteConnection.to(broker.bootstrap())) {
            return connection
                    .call(ApiKey.METADATA, 12, metadata(topic), MetadataResponse.class)
                    .topics()
                    .getFirst()
                    .topicId();
        }
    }

    private static MetadataRequest metadata(String topic) {
        return new MetadataRequest().topics(List.of(new MetadataRequestTopic().name(topic)));
    }

    @Test
    void aTopicUnderManyNamesIsOneTopic() throws Exception {
        threeTimes(
                "wide",
                10_000,
                (broker, time) -> {
                    UUID id = topicId(broker, "wide");
                    List<MetadataRequestTopic> topics = new ArrayList<>();
                    for (int i = 0; i < 2_000; i++) {
                        topics.add(new MetadataRequestTopic().topicId(id).name("n" + i));
                    }
                    long before = ProcessSamples.residentBytes(broker.pid());
                    try (ByteConnection stranger =
                            ByteConnection.from(HELD, broker.bootstrap(), 0)) {
                        stranger.send(
                                ByteConnection.frame(
                                        ApiKey.METADATA,
                                        12,
                                        1,
                                        new MetadataRequest().topics(topics)));
                        othersAreServed(broker, time);
                        answered(stranger);
                    }
                    hasGrownByLessThan(128, broker, before);
                });
    }

    @Test
    void answersThatNobodyReadsTakeBoundedMemory() throws Exception {
        threeTimes(
                "wide",
                10_000,
                (broker, time) -> {
                    byte[] frame = ByteConnection.frame(ApiKey.METADATA, 12, 1, metadata("wide"));
                    List<ByteConnection> held = new ArrayList<>();
                    long before = ProcessSamples.residentBytes(broker.pid());
                    try {
                        for (int i = 0; i < 4_000; i++) {
                            try {
                                held.add(
                                        ByteConnection.from(HELD, broker.bootstrap(), 2_048)
                                                .send(frame));
                            } catch (UncheckedIOException refused) {
                                continue; // which is an answer too
                            }
                            if (i % 1_000 == 999) {
                                othersAreServed(broker, time);
                            }
                        }
                        hasGrownByLessThan(300, broker, before);
                    } finally {
                        held.forEach(ByteConnection::close);
                    }
                    othersAreServed(broker, time);
                });
    }

    @Test
    void aClaimedLengthTakesNoRoomFromThoseWhoSend() throws Exception {
        threeTimes(
                "honest",
                1,
                (broker, time) -> {
                    List<ByteConnection> held = new ArrayList<>();
                    try {
                        byte[] half =
                                ByteBuffer.allocate(4 + 15 + 4_000)
                                        .putInt(104_857_600)
                                        .put(header(ApiKey.PRODUCE, 9))
                                        .array();
                        for (int i = 0; i < 40; i++) {
                            held.add(ByteConnection.from(HELD, broker.bootstrap(), 0).send(half));
                        }
                        // until they have arrived; what they claim is held from then on
                        for (int i = 0; i < 20; i++) {
                            LockSupport.parkNanos(50_000_000);
                        }
                        long began = System.nanoTime();
                        PartitionProduceResponse answer =
                                produce(broker, "honest", batch("z".repeat(600_000), -1, 0));
                        assertThat(answer.errorCode()).isZero();
                        assertThat((System.nanoTime() - began) / 1_000_000)
                                .as(
                                        "milliseconds that 600 KB of an honest client take, time "
                                                + time)
                                .isLessThan(MOST_WAIT_MILLIS);
                    } finally {
                        held.forEach(ByteConnection::close);
                    }
                });
    }

    private static ByteBuffer batch(String value, long producerId, int sequence) {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(1_024);
        if (producerId >= 0) {
            builder.producer(producerId, (short) 0, sequence);
        }
        return builder.append(
                        System.currentTimeMillis(),
                        null,
                        ByteBuffer.wrap(value.getBytes(StandardCharsets.US_ASCII)))
                .build()
                .buffer();
    }

    private static PartitionProduceResponse produce(
            BrokerProcess broker, String topic, ByteBuffer records) {
        try (ByteConnection connection = ByteConnection.to(broker.bootstrap())) {
            return connection
                    .call(
                            ApiKey.PRODUCE,
                            9,
                            new ProduceRequest()
                                    .acks((short) -1)
                                    .timeoutMs(5_000)
                                    .topicData(
                                            List.of(
                                                    new TopicProduceData()
                                                            .name(topic)
                                                            .partitionData(
                                                                    List.of(
                                                                            new PartitionProduceData()
                                                                                    .index(0)
                                                                                    .records(
                                                                                            Payload
                                                                                                    .of(
                                                                                                            records)))))),
                            ProduceResponse.class)
                    .responses()
                    .getFirst()
                    .partitionResponses()
                    .getFirst();
        }
    }

    @Test
    void aBatchThatClaimsMoreRecordsThanItsBytesCanHoldIsRefused() throws Exception {
        threeTimes(
                "claims",
                1,
                (broker, time) -> {
                    ByteBuffer claims = batch("v", -1, 0);
                    // lastOffsetDelta and the number of records, and a checksum that fits
                    claims.putInt(23, Integer.MAX_VALUE - 1).putInt(57, Integer.MAX_VALUE);
                    claims.putInt(17, RecordBatch.of(claims).computeCrc(new CRC32C()));
                    PartitionProduceResponse answer = produce(broker, "claims", claims);
                    assertThat(ErrorCode.of(answer.errorCode()))
                            .isIn(ErrorCode.INVALID_RECORD, ErrorCode.CORRUPT_MESSAGE);
                    assertThat(produce(broker, "claims", batch("v", -1, 0)).baseOffset())
                            .as("the first free offset")
                            .isEqualTo(time - 1);
                });
    }

    @Test
    void fiveBatchesOfAProducerAreKnownAfterACleanStop() throws Exception {
        BrokerProcess broker = BrokerProcess.start(directory.resolve("data"));
        try {
            JavaClient.createTopic(broker.bootstrap(), "replay", 1);
            for (int sequence = 0; sequence < 5; sequence++) {
                assertThat(produce(broker, "replay", batch("v", 500, sequence)).errorCode())
                        .isZero();
            }
            for (int time = 1; time <= TIMES; time++) {
                broker.stop();
                broker = broker.restart();
                for (int sequence = 4; sequence >= 0; sequence--) {
                    PartitionProduceResponse replayed =
                            produce(broker, "replay", batch("v", 500, sequence));
                    assertThat(ErrorCode.of(replayed.errorCode()))
                            .as("batch %d again after stop %d", sequence, time)
                            .isEqualTo(ErrorCode.NONE);
                    assertThat(replayed.baseOffset()).isEqualTo(sequence);
                }
            }
        } finally {
            broker.close();
        }
    }
}
