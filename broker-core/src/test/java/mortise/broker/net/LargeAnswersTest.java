package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import mortise.api.ErrorCode;
import mortise.broker.Broker;
import mortise.broker.BrokerBuilder;
import mortise.consensus.raft.RaftProvider;
import mortise.storage.memory.MemoryStorageProvider;
import mortise.wire.ApiKey;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.DescribeConfigsRequest;
import mortise.wire.message.DescribeConfigsResponse;
import mortise.wire.message.DescribeTopicPartitionsRequest;
import mortise.wire.message.DescribeTopicPartitionsResponse;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What happens to a request whose answer would be larger than net.max-response-bytes. */
class LargeAnswersTest {
    private static final int MAX_RESPONSE_BYTES = 64 << 10;

    /** More than such an answer can name. */
    private static final int PARTITIONS = 1_000;

    @TempDir private Path directory;
    private Broker broker;
    private RawClient client;

    @BeforeEach
    void start() {
        broker =
                new BrokerBuilder()
                        .plugin(new MemoryStorageProvider())
                        .plugin(new RaftProvider())
                        .set("plugins.storage", "memory")
                        .set("consensus.raft.storage", "memory")
                        .set("data.directory", directory.toString())
                        .set("listeners", "127.0.0.1:0")
                        .set("net.max-response-bytes", "64KiB")
                        .start();
        client = RawClient.connect(broker.status().listeners().values().iterator().next().port());
        client.send(
                RawClient.frame(
                        ApiKey.CREATE_TOPICS,
                        4,
                        1,
                        new CreateTopicsRequest()
                                .timeoutMs(60_000)
                                .topics(
                                        List.of(
                                                new CreateTopicsRequest.CreatableTopic()
                                                        .name("wide")
                                                        .numPartitions(PARTITIONS)
                                                        .replicationFactor((short) 1)))));
        CreateTopicsResponse created =
                client.receive(ApiKey.CREATE_TOPICS, 4, CreateTopicsResponse.class);
        assertThat(created.topics().getFirst().errorCode()).isZero();
    }

    @AfterEach
    void stop() {
        client.close();
        broker.close();
    }

    private static MetadataRequest wide() {
        return new MetadataRequest()
                .topics(List.of(new MetadataRequest.MetadataRequestTopic().name("wide")));
    }

    @Test
    void itIsRefusedByNameWhereTheAnswerHasAPlaceForIt() {
        for (int version = 1; version <= 13; version++) {
            client.send(RawClient.frame(ApiKey.METADATA, version, 1, wide()));
            MetadataResponse answer =
                    client.receive(ApiKey.METADATA, version, MetadataResponse.class);
            assertThat(answer.topics().getFirst().errorCode())
                    .as("version %s", version)
                    .isEqualTo(ErrorCode.INVALID_REQUEST.code());
            assertThat(answer.topics().getFirst().partitions()).isEmpty();
        }
        DescribeConfigsRequest configs =
                new DescribeConfigsRequest()
                        .includeDocumentation(true)
                        .resources(
                                IntStream.range(0, 50)
                                        .mapToObj(i ->
                                                new DescribeConfigsRequest.DescribeConfigsResource()
                                                        .resourceType((byte) 2)
                                                        .resourceName("t" + i)
                                                        .configurationKeys(null))
                                        .toList());
        client.send(RawClient.frame(ApiKey.DESCRIBE_CONFIGS, 4, 1, configs));
        assertThat(
                        client.receive(ApiKey.DESCRIBE_CONFIGS, 4, DescribeConfigsResponse.class)
                                .results())
                .hasSize(50)
                .allSatisfy(result -> {
                    assertThat(result.errorCode()).isEqualTo(ErrorCode.INVALID_REQUEST.code());
                    assertThat(result.errorMessage()).contains("net.max-response-bytes");
                });
    }

    @Test
    void whereItHasNoneTheConnectionIsClosedByName() {
        try (PeerLines lines = new PeerLines()) {
            client.send(RawClient.frame(ApiKey.METADATA, 9, 1, new MetadataRequest().topics(null)));
            assertThat(client.closedByServer()).isTrue();
            assertThat(lines.only())
                    .contains("Metadata: the answer")
                    .contains("net.max-response-bytes");
        }
    }

    @Test
    void describedPartitionsComeInPagesInstead() {
        List<Integer> seen = new ArrayList<>();
        DescribeTopicPartitionsRequest request =
                new DescribeTopicPartitionsRequest()
                        .topics(
                                List.of(
                                        new DescribeTopicPartitionsRequest.TopicRequest()
                                                .name("wide")))
                        .responsePartitionLimit(PARTITIONS);
        for (int pages = 0; pages < PARTITIONS && seen.size() < PARTITIONS; pages++) {
            byte[] frame = RawClient.frame(ApiKey.DESCRIBE_TOPIC_PARTITIONS, 0, 1, request);
            client.send(frame);
            DescribeTopicPartitionsResponse page =
                    client.receive(
                            ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                            0,
                            DescribeTopicPartitionsResponse.class);
            var partitions = page.topics().getFirst().partitions();
            assertThat(partitions).isNotEmpty().hasSizeLessThan(MAX_RESPONSE_BYTES / 64);
            partitions.forEach(partition -> seen.add(partition.partitionIndex()));
            if (page.nextCursor() != null) {
                request.cursor(
                        new DescribeTopicPartitionsRequest.Cursor()
                                .topicName(page.nextCursor().topicName())
                                .partitionIndex(page.nextCursor().partitionIndex()));
            }
        }
        assertThat(seen).containsExactlyElementsOf(IntStream.range(0, PARTITIONS).boxed().toList());
    }

    @Test
    void unknownTopicsAreLimitedByThePageToo() {
        DescribeTopicPartitionsRequest request =
                new DescribeTopicPartitionsRequest()
                        .topics(
                                IntStream.range(0, 5_000)
                                        .mapToObj(i ->
                                                new DescribeTopicPartitionsRequest.TopicRequest()
                                                        .name("n" + i))
                                        .toList());
        client.send(RawClient.frame(ApiKey.DESCRIBE_TOPIC_PARTITIONS, 0, 1, request));
        DescribeTopicPartitionsResponse page =
                client.receive(
                        ApiKey.DESCRIBE_TOPIC_PARTITIONS, 0, DescribeTopicPartitionsResponse.class);
        assertThat(page.topics()).isNotEmpty().hasSizeLessThan(100);
        assertThat(page.nextCursor()).isNotNull();
    }
}
