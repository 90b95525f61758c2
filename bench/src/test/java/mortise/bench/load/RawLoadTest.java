package mortise.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import mortise.bench.workload.Workload;
import mortise.wire.ApiKey;
import mortise.wire.WireReader;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.RequestHeader;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the raw driver's connections send. */
class RawLoadTest {
    private static final short VERSION = 9;

    @ParameterizedTest
    @CsvSource({"1,1", "100,1", "1,50", "6,50", "5000,6", "7,3"})
    void everyPartitionIsSentTo(int partitions, int connections) {
        Workload workload =
                Workload.of(
                        "all",
                        Map.of(
                                "driver", "raw",
                                "topic.partitions", Integer.toString(partitions),
                                "producers.count", Integer.toString(connections),
                                "producers.request-records", "1",
                                "record.size", "100B"));
        List<Integer> sentTo = new ArrayList<>();
        for (int number = 0; number < connections; number++) {
            List<PreparedProduce> requests = RawLoad.requests(workload, "topic", number);
            assertThat(requests).as("connection %d", number).isNotEmpty();
            requests.forEach(request -> sentTo.add(partition(request.frame())));
        }
        assertThat(sentTo)
                .containsAll(IntStream.range(0, partitions).boxed().toList())
                .hasSize(Math.max(partitions, connections));
    }

    private static int partition(ByteBuffer frame) {
        WireReader reader = new WireReader(frame.duplicate().position(Integer.BYTES));
        new RequestHeader().read(reader, ApiKey.PRODUCE.requestHeaderVersion(VERSION));
        ProduceRequest request = new ProduceRequest();
        request.read(reader, VERSION);
        return request.topicData().getFirst().partitionData().getFirst().index();
    }
}
