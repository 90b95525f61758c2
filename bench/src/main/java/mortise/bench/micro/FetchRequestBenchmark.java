package mortise.bench.micro;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mortise.wire.ApiKey;
import mortise.wire.Frames;
import mortise.wire.WireReader;
import mortise.wire.message.FetchRequest;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A fetch request that names a hundred partitions is read, header and body. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FetchRequestBenchmark {
    private static final short VERSION = 17;
    private static final int PARTITIONS = 100;

    private ByteBuffer frame = frame();

    private static ByteBuffer frame() {
        FetchRequest request =
                new FetchRequest()
                        .maxWaitMs(500)
                        .minBytes(1)
                        .maxBytes(50 << 20)
                        .topics(
                                List.of(
                                        new FetchRequest.FetchTopic()
                                                .topicId(Samples.TOPIC_ID)
                                                .partitions(
                                                        IntStream.range(0, PARTITIONS)
                                                                .mapToObj(
                                                                        FetchRequestBenchmark
                                                                                ::partition)
                                                                .toList())));
        return Samples.request(ApiKey.FETCH, VERSION, request);
    }

    private static FetchRequest.FetchPartition partition(int index) {
        return new FetchRequest.FetchPartition()
                .partition(index)
                .currentLeaderEpoch(3)
                .fetchOffset(1_000_000 + index)
                .partitionMaxBytes(1 << 20);
    }

    @Benchmark
    public Object decode() {
        ByteBuffer read = frame.duplicate();
        var header = Frames.readRequestHeader(read);
        return new FetchRequest(new WireReader(read), header.requestApiVersion());
    }

    @Benchmark
    public Object decodeKafka() {
        ByteBuffer read = frame.duplicate();
        RequestHeader header = RequestHeader.parse(read);
        return new FetchRequestData(new ByteBufferAccessor(read), header.apiVersion());
    }
}
