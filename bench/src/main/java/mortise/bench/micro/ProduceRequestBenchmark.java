package mortise.bench.micro;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mortise.wire.ApiKey;
import mortise.wire.Frames;
import mortise.wire.Payload;
import mortise.wire.WireReader;
import mortise.wire.message.ProduceRequest;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.requests.RequestHeader;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** A produce request with a batch for each of six partitions is read, header and body. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ProduceRequestBenchmark {
    private static final short VERSION = 13;

    private ByteBuffer frame = frame();

    private static ByteBuffer frame() {
        ByteBuffer batch = Samples.batch(10, Samples.VALUE_BYTES, Samples.TIMESTAMP).buffer();
        ProduceRequest request =
                new ProduceRequest()
                        .acks((short) -1)
                        .timeoutMs(30_000)
                        .topicData(
                                List.of(
                                        new ProduceRequest.TopicProduceData()
                                                .topicId(Samples.TOPIC_ID)
                                                .partitionData(
                                                        IntStream.range(0, Samples.PARTITIONS)
                                                                .mapToObj(i -> partition(i, batch))
                                                                .toList())));
        return Samples.request(ApiKey.PRODUCE, VERSION, request);
    }

    private static ProduceRequest.PartitionProduceData partition(int index, ByteBuffer batch) {
        return new ProduceRequest.PartitionProduceData()
                .index(index)
                .records(Payload.of(batch.duplicate()));
    }

    @Benchmark
    public Object decode() {
        ByteBuffer read = frame.duplicate();
        var header = Frames.readRequestHeader(read);
        return new ProduceRequest(new WireReader(read), header.requestApiVersion());
    }

    @Benchmark
    public Object decodeKafka() {
        ByteBuffer read = frame.duplicate();
        RequestHeader header = RequestHeader.parse(read);
        return new ProduceRequestData(new ByteBufferAccessor(read), header.apiVersion());
    }
}
