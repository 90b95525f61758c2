package mortise.client;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.record.RecordBatch;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Payload;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.InitProducerIdResponse;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsResponse;
import mortise.wire.message.MetadataResponse;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceResponse;

/**
 * A topic in memory with what the client relies on: offsets in order, and sequence numbers that are
 * taken once and without gaps. Thread-safe by its lock.
 */
final class FakeTopic {
    private final String name;
    private final Map<Integer, List<RecordBatch>> logs = new TreeMap<>();
    private final Map<Integer, HostPort> leaders = new HashMap<>();
    private final Map<Integer, ErrorCode> partitionErrors = new HashMap<>();
    private long nextProducerId = 100;

    FakeTopic(String name, int partitions) {
        this.name = name;
        for (int i = 0; i < partitions; i++) {
            logs.put(i, new ArrayList<>());
        }
    }

    /** Every partition is led there. */
    synchronized void ledBy(HostPort broker) {
        logs.keySet().forEach(partition -> leaders.put(partition, broker));
    }

    /** What the metadata says of a partition. */
    synchronized void partitionError(int partition, ErrorCode error) {
        partitionErrors.put(partition, error);
    }

    /** The batches of a partition, in order. */
    synchronized List<RecordBatch> batches(int partition) {
        return List.copyOf(logs.get(partition));
    }

    /** Puts a batch at the end, as it is but for its offset. */
    synchronized void append(int partition, ByteBuffer bytes) {
        RecordBatch batch = RecordBatch.of(bytes);
        batch.stampOffset(end(partition), 0);
        logs.get(partition).add(batch);
    }

    private long end(int partition) {
        List<RecordBatch> log = logs.get(partition);
        return log.isEmpty() ? 0 : log.getLast().nextOffset();
    }

    synchronized ApiMessage answer(ApiKey key, ApiMessage request) {
        return switch (key) {
            case METADATA -> metadata();
            case INIT_PRODUCER_ID -> new InitProducerIdResponse().producerId(nextProducerId++);
            case PRODUCE -> produced((ProduceRequest) request);
            case LIST_OFFSETS -> offsets((ListOffsetsRequest) request);
            case FETCH -> fetched((FetchRequest) request);
            case CREATE_TOPICS -> created((CreateTopicsRequest) request, ErrorCode.NONE);
            default -> throw new IllegalStateException("no answer to " + key);
        };
    }

    MetadataResponse metadata() {
        List<HostPort> brokers = leaders.values().stream().distinct().toList();
        List<MetadataResponse.MetadataResponseBroker> nodes = new ArrayList<>();
        for (int i = 0; i < brokers.size(); i++) {
            nodes.add(
                    new MetadataResponse.MetadataResponseBroker()
                            .nodeId(i)
                            .host(brokers.get(i).host())
                            .port(brokers.get(i).port()));
        }
        List<MetadataResponse.MetadataResponsePartition> partitions =
                logs.keySet().stream()
                        .map(index ->
                                new MetadataResponse.MetadataResponsePartition()
                                        .partitionIndex(index)
                                        .errorCode(
                                                partitionErrors
                                                        .getOrDefault(index, ErrorCode.NONE)
                                                        .code())
                                        .leaderId(brokers.indexOf(leaders.get(index))))
                        .toList();
        return new MetadataResponse()
                .brokers(nodes)
                .controllerId(0)
                .topics(
                        List.of(
                                new MetadataResponse.MetadataResponseTopic()
                                        .name(name)
                                        .partitions(partitions)));
    }

    private ProduceResponse produced(ProduceRequest request) {
        ProduceRequest.PartitionProduceData data =
                request.topicData().getFirst().partitionData().getFirst();
        ByteBuffer sent = data.records().buffer();
        ByteBuffer copy = ByteBuffer.allocate(sent.remaining()).put(sent).flip();
        RecordBatch batch = RecordBatch.of(copy);
        List<RecordBatch> log = logs.get(data.index());
        int expected = 0;
        for (RecordBatch earlier : log) {
            if (earlier.producerId() == batch.producerId()) {
                if (earlier.baseSequence() == batch.baseSequence()) {
                    return produced(data.index(), ErrorCode.NONE, earlier.baseOffset());
                }
                expected = earlier.lastSequence() + 1;
            }
        }
        if (batch.baseSequence() != expected) {
            return produced(data.index(), ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER, -1);
        }
        append(data.index(), copy);
        return produced(data.index(), ErrorCode.NONE, log.getLast().baseOffset());
    }

    ProduceResponse produced(int partition, ErrorCode error, long offset) {
        return new ProduceResponse()
                .responses(
                        List.of(
                                new ProduceResponse.TopicProduceResponse()
                                        .name(name)
                                        .partitionResponses(
                                                List.of(
                                                        new ProduceResponse
                                                                        .PartitionProduceResponse()
                                                                .index(partition)
                                                                .errorCode(error.code())
                                                                .baseOffset(offset)))));
    }

    CreateTopicsResponse created(CreateTopicsRequest request, ErrorCode error) {
        return new CreateTopicsResponse()
                .topics(
                        List.of(
                                new CreateTopicsResponse.CreatableTopicResult()
                                        .name(request.topics().getFirst().name())
                                        .errorCode(error.code())
                                        .numPartitions(1)));
    }

    private ListOffsetsResponse offsets(ListOffsetsRequest request) {
        return new ListOffsetsResponse()
                .topics(
                        List.of(
                                new ListOffsetsResponse.ListOffsetsTopicResponse()
                                        .name(name)
                                        .partitions(
                                                request.topics().getFirst().partitions().stream()
                                                        .map(this::offset)
                                                        .toList())));
    }

    private ListOffsetsResponse.ListOffsetsPartitionResponse offset(
            ListOffsetsRequest.ListOffsetsPartition wanted) {
        return new ListOffsetsResponse.ListOffsetsPartitionResponse()
                .partitionIndex(wanted.partitionIndex())
                .offset(wanted.timestamp() == Consumer.LATEST ? end(wanted.partitionIndex()) : 0);
    }

    private FetchResponse fetched(FetchRequest request) {
        List<FetchResponse.PartitionData> parts =
                request.topics().getFirst().partitions().stream()
                        .map(wanted -> fetched(wanted.partition(), wanted.fetchOffset()))
                        .toList();
        return new FetchResponse()
                .responses(
                        List.of(
                                new FetchResponse.FetchableTopicResponse()
                                        .topic(name)
                                        .partitions(parts)));
    }

    private FetchResponse.PartitionData fetched(int partition, long offset) {
        List<RecordBatch> wanted =
                logs.get(partition).stream().filter(batch -> batch.nextOffset() > offset).toList();
        ByteBuffer all =
                ByteBuffer.allocate(wanted.stream().mapToInt(RecordBatch::sizeInBytes).sum());
        wanted.forEach(batch -> all.put(batch.buffer().duplicate()));
        return new FetchResponse.PartitionData()
                .partitionIndex(partition)
                .records(Payload.of(all.flip()));
    }
}
