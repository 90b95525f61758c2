package mortise.bench.load;

import java.nio.ByteBuffer;
import java.util.List;
import mortise.wire.ApiKey;
import mortise.wire.Frames;
import mortise.wire.Payload;
import mortise.wire.WireReader;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceResponse;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;

/**
 * A produce request made once and sent many times.
 *
 * @param frame the whole frame with its length, to be sent as it is
 * @param partition whom it is for
 * @param records how many records it carries
 * @param batchBytes the size of its one record batch
 */
public record PreparedProduce(ByteBuffer frame, int partition, int records, int batchBytes) {
    private static final short VERSION = 9;

    /**
     * One batch of {@code records} records of {@code valueBytes} bytes each, without keys, for one
     * partition.
     */
    public static PreparedProduce of(
            String topic, int partition, int records, int valueBytes, short acks) {
        return of(topic, partition, Batches.plain(records, valueBytes), records, acks);
    }

    /** A batch of so many records for one partition. */
    static PreparedProduce of(
            String topic, int partition, ByteBuffer batch, int records, short acks) {
        ProduceRequest request =
                new ProduceRequest()
                        .acks(acks)
                        .timeoutMs(30_000)
                        .topicData(
                                List.of(
                                        new ProduceRequest.TopicProduceData()
                                                .name(topic)
                                                .partitionData(
                                                        List.of(
                                                                new ProduceRequest
                                                                                .PartitionProduceData()
                                                                        .index(partition)
                                                                        .records(
                                                                                Payload.of(
                                                                                        batch
                                                                                                .duplicate()))))));
        RequestHeader header =
                new RequestHeader()
                        .requestApiKey(ApiKey.PRODUCE.id())
                        .requestApiVersion(VERSION)
                        .correlationId(7)
                        .clientId("raw");
        ByteBuffer whole =
                Frames.encode(
                        ApiKey.PRODUCE.requestHeaderVersion(VERSION), header, request, VERSION);
        ByteBuffer direct = ByteBuffer.allocateDirect(whole.remaining());
        direct.put(whole).flip();
        return new PreparedProduce(direct, partition, records, batch.remaining());
    }

    /** Where the batch begins in the frame: it is the frame's last part but the empty tags. */
    public int batchPosition() {
        for (int at = 0; at + batchBytes <= frame.limit(); at++) {
            // the batch's length and magic are where a batch has them
            if (frame.getInt(at + 8) == batchBytes - 12 && frame.get(at + 16) == 2) {
                return at;
            }
        }
        throw new IllegalStateException("the frame holds no batch of " + batchBytes + " bytes");
    }

    /** A whole frame that answers it, as the floor sends it. */
    public static byte[] answer(String topic) {
        ProduceResponse response =
                new ProduceResponse()
                        .responses(
                                List.of(
                                        new ProduceResponse.TopicProduceResponse()
                                                .name(topic)
                                                .partitionResponses(
                                                        List.of(
                                                                new ProduceResponse
                                                                                .PartitionProduceResponse()
                                                                        .index(0)))));
        ResponseHeader header = new ResponseHeader().correlationId(7);
        ByteBuffer frame =
                Frames.encode(
                        ApiKey.PRODUCE.responseHeaderVersion(VERSION), header, response, VERSION);
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    /** The error code of an answer, 0 for success. */
    public static short error(ByteBuffer answer) {
        WireReader reader = new WireReader(answer);
        new ResponseHeader().read(reader, ApiKey.PRODUCE.responseHeaderVersion(VERSION));
        ProduceResponse response = new ProduceResponse();
        response.read(reader, VERSION);
        return response.responses().getFirst().partitionResponses().getFirst().errorCode();
    }
}
