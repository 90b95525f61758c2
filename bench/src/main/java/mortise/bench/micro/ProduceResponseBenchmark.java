package mortise.bench.micro;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mortise.wire.ApiKey;
import mortise.wire.Frames;
import mortise.wire.message.ProduceResponse;
import mortise.wire.message.ResponseHeader;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.SendBuilder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The answer for six partitions to a produce request is written, ready to be sent. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ProduceResponseBenchmark {
    private static final short VERSION = 13;
    private static final short HEADER_VERSION = ApiKey.PRODUCE.responseHeaderVersion(VERSION);

    private ResponseHeader header = Samples.responseHeader();
    private ProduceResponse response = response();
    private org.apache.kafka.common.requests.ResponseHeader headerOfKafka =
            new org.apache.kafka.common.requests.ResponseHeader(
                    Samples.CORRELATION_ID, HEADER_VERSION);
    private ProduceResponseData responseOfKafka = readByKafka(response);

    private static ProduceResponse response() {
        return new ProduceResponse()
                .responses(
                        List.of(
                                new ProduceResponse.TopicProduceResponse()
                                        .topicId(Samples.TOPIC_ID)
                                        .partitionResponses(
                                                IntStream.range(0, Samples.PARTITIONS)
                                                        .mapToObj(
                                                                ProduceResponseBenchmark::partition)
                                                        .toList())));
    }

    private static ProduceResponse.PartitionProduceResponse partition(int index) {
        return new ProduceResponse.PartitionProduceResponse()
                .index(index)
                .baseOffset(1_000_000 + index)
                .logStartOffset(0);
    }

    private static ProduceResponseData readByKafka(ProduceResponse response) {
        ByteBuffer bytes = Samples.response(ApiKey.PRODUCE, VERSION, response);
        var _ = org.apache.kafka.common.requests.ResponseHeader.parse(bytes, HEADER_VERSION);
        return new ProduceResponseData(new ByteBufferAccessor(bytes), VERSION);
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
