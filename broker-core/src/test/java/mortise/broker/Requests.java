package mortise.broker;

import java.util.List;
import mortise.record.RecordBatch;
import mortise.wire.Payload;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.ProduceRequest;

/** Requests as clients send them, about one partition each. */
final class Requests {
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final int BYTES = 1 << 20;

    private Requests() {}

    /** In version 4. */
    static CreateTopicsRequest createTopic(String name) {
        return new CreateTopicsRequest()
                .timeoutMs(TIMEOUT_MILLIS)
                .topics(
                        List.of(
                                new CreateTopicsRequest.CreatableTopic()
                                        .name(name)
                                        .numPartitions(1)
                                        .replicationFactor((short) 1)));
    }

    /** In version 9, with acks=all. */
    static ProduceRequest produce(String topic, RecordBatch batch) {
        var partition =
                new ProduceRequest.PartitionProduceData()
                        .index(0)
                        .records(Payload.of(batch.buffer().duplicate().rewind()));
        return new ProduceRequest()
                .acks((short) -1)
                .timeoutMs(TIMEOUT_MILLIS)
                .topicData(
                        List.of(
                                new ProduceRequest.TopicProduceData()
                                        .name(topic)
                                        .partitionData(List.of(partition))));
    }

    /** In version 12, without a session; waits half a second for the first byte. */
    static FetchRequest fetch(String topic, long offset) {
        var partition =
                new FetchRequest.FetchPartition()
                        .partition(0)
                        .fetchOffset(offset)
                        .partitionMaxBytes(BYTES);
        return new FetchRequest()
                .maxWaitMs(500)
                .minBytes(1)
                .maxBytes(BYTES)
                .sessionEpoch(-1)
                .topics(
                        List.of(
                                new FetchRequest.FetchTopic()
                                        .topic(topic)
                                        .partitions(List.of(partition))));
    }
}
