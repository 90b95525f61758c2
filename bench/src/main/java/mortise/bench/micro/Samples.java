package mortise.bench.micro;

import java.nio.ByteBuffer;
import java.util.Random;
import java.util.UUID;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;

/** What microbenchmarks read and write. */
final class Samples {
    static final String TOPIC = "orders";
    static final UUID TOPIC_ID = new UUID(4711, 42);
    static final int CORRELATION_ID = 7;

    /** The partitions of a request or response that carries records. */
    static final int PARTITIONS = 6;

    static final int VALUE_BYTES = 1 << 10;
    static final long TIMESTAMP = 1_800_000_000_000L;
    private static final long SEED = 42;

    private Samples() {}

    /** A batch of records without keys whose values are random. */
    static RecordBatch batch(int records, int valueBytes, long timestamp) {
        byte[] value = new byte[valueBytes];
        new Random(SEED).nextBytes(value);
        RecordBatchBuilder builder = RecordBatchBuilder.growing(records * (valueBytes + 16) + 128);
        for (int i = 0; i < records; i++) {
            builder.append(timestamp, null, ByteBuffer.wrap(value));
        }
        return builder.build();
    }

    /** Half of it is random, in pieces, the rest one byte over and over. */
    static byte[] halfCompressible(int size) {
        int piece = 512;
        byte[] bytes = new byte[size];
        byte[] noise = new byte[piece];
        Random random = new Random(SEED);
        for (int at = 0; at + piece <= size; at += 2 * piece) {
            random.nextBytes(noise);
            System.arraycopy(noise, 0, bytes, at, piece);
        }
        return bytes;
    }

    /** A request's header and body, without the frame's length. */
    static ByteBuffer request(ApiKey key, short version, ApiMessage body) {
        RequestHeader header =
                new RequestHeader()
                        .requestApiKey(key.id())
                        .requestApiVersion(version)
                        .correlationId(CORRELATION_ID)
                        .clientId("bench");
        ByteBuffer frame = Frames.encode(key.requestHeaderVersion(version), header, body, version);
        return frame.position(Frames.LENGTH_BYTES).slice();
    }

    static ResponseHeader responseHeader() {
        return new ResponseHeader().correlationId(CORRELATION_ID);
    }

    /** A response's header and body, without the frame's length. */
    static ByteBuffer response(ApiKey key, short version, ApiMessage body) {
        ByteBuffer frame =
                Frames.encode(key.responseHeaderVersion(version), responseHeader(), body, version);
        return frame.position(Frames.LENGTH_BYTES).slice();
    }
}
