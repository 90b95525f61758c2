package mortise.bench.micro;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mortise.wire.ApiKey;
import mortise.wire.Frames;
import mortise.wire.Payload;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.ResponseHeader;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.SendBuilder;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * The answer to a fetch, with records of six partitions that are not copied, is written, ready to
 * be sent.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FetchResponseBenchmark {
    private static final short VERSION = 17;
    private static final short HEADER_VERSION = ApiKey.FETCH.responseHeaderVersion(VERSION);

    private ResponseHeader header = Samples.responseHeader();
    private FetchResponse response = response();
    private org.apache.kafka.common.requests.ResponseHeader headerOfKafka =
            new org.apache.kafka.common.requests.ResponseHeader(
                    Samples.CORRELATION_ID, HEADER_VERSION);
    private FetchResponseData responseOfKafka = readByKafka(response);

    private static FetchResponse response() {
        return new FetchResponse()
                .sessionId(4711)
                .responses(
                        List.of(
                                new FetchResponse.FetchableTopicResponse()
                                        .topicId(Samples.TOPIC_ID)
                                        .partitions(
                                                IntStream.range(0, Samples.PARTITIONS)
                                                        .mapToObj(FetchResponseBenchmark::partition)
                                                        .toList())));
    }

    private static FetchResponse.PartitionData partition(int index) {
        ByteBuffer batch = Samples.batch(10, Samples.VALUE_BYTES, Samples.TIMESTAMP).buffer();
        return new FetchResponse.PartitionData()
                .partitionIndex(index)
                .highWatermark(1_000_000)
                .lastStableOffset(1_000_000)
                .logStartOffset(0)
                .records(Payload.of(batch));
    }

    private static FetchResponseData readByKafka(FetchResponse response) {
        ByteBuffer bytes = Samples.response(ApiKey.FETCH, VERSION, response);
        var _ = org.apache.kafka.common.requests.ResponseHeader.parse(bytes, HEADER_VERSION);
        return new FetchResponseData(new ByteBufferAccessor(bytes), VERSION);
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
