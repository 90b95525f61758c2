package mortise.bench.micro;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mortise.wire.ApiKey;
import mortise.wire.Frames;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.ResponseHeader;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.SendBuilder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The answer to a metadata request, with three brokers and ten topics of ten partitions, is
 * written, ready to be sent.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MetadataResponseBenchmark {
    private static final short VERSION = 12;
    private static final short HEADER_VERSION = ApiKey.METADATA.responseHeaderVersion(VERSION);

    private ResponseHeader header = Samples.responseHeader();
    private MetadataResponse response = response();
    private org.apache.kafka.common.requests.ResponseHeader headerOfKafka =
            new org.apache.kafka.common.requests.ResponseHeader(
                    Samples.CORRELATION_ID, HEADER_VERSION);
    private MetadataResponseData responseOfKafka = readByKafka(response);

    private static MetadataResponse response() {
        return new MetadataResponse()
                .clusterId("bench")
                .controllerId(1)
                .brokers(IntStream.range(0, 3).mapToObj(MetadataResponseBenchmark::broker).toList())
                .topics(IntStream.range(0, 10).mapToObj(MetadataResponseBenchmark::topic).toList());
    }

    private static MetadataResponse.MetadataResponseBroker broker(int id) {
        return new MetadataResponse.MetadataResponseBroker()
                .nodeId(id)
                .host("broker-" + id + ".example.com")
                .port(9092);
    }

    private static MetadataResponse.MetadataResponseTopic topic(int number) {
        return new MetadataResponse.MetadataResponseTopic()
                .name(Samples.TOPIC + "-" + number)
                .topicId(new UUID(4711, number))
                .partitions(
                        IntStream.range(0, 10)
                                .mapToObj(MetadataResponseBenchmark::partition)
                                .toList());
    }

    private static MetadataResponse.MetadataResponsePartition partition(int index) {
        return new MetadataResponse.MetadataResponsePartition()
                .partitionIndex(index)
                .leaderId(index % 3)
                .leaderEpoch(3)
                .replicaNodes(List.of(0, 1, 2))
                .isrNodes(List.of(0, 1, 2));
    }

    private static MetadataResponseData readByKafka(MetadataResponse response) {
        ByteBuffer bytes = Samples.response(ApiKey.METADATA, VERSION, response);
        var _ = org.apache.kafka.common.requests.ResponseHeader.parse(bytes, HEADER_VERSION);
        return new MetadataResponseData(new ByteBufferAccessor(bytes), VERSION);
    }

    @Benchmark
    public Object encode() {
        return Frames.encodeGathering(HEADER_VERSION, header, response, VERSION);
    }

    @Benchmark
    public Object encodeKafka() {
        return SendBuilder.buildResponseSend(headerOfKafka, responseOfKafka, VERSION);
    }
}
