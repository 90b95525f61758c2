package mortise.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mortise.api.ErrorCode;
import mortise.wire.ApiKey;
import mortise.wire.Frames;
import mortise.wire.Payload;
import mortise.wire.WireReader;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;

/**
 * Reads a share of the partitions over its connection from the start, one fetch at a time: again
 * and again, or once from the moment at which measuring begins. Who reads once asks for the first
 * batches again and again until then, so that the broker has compiled what answers. Batches are
 * counted and not opened. Confined to the driver's thread.
 */
final class RawConsumer extends RawConnection {
    private static final short VERSION = 12;
    private static final int NO_SESSION = -1;
    private static final int PARTITION_BYTES = 1 << 20;
    private static final int ANSWER_BYTES = 50 << 20;
    private static final int BATCH_OVERHEAD = 12;
    private static final int LAST_OFFSET_DELTA_AT = 23;
    private static final int COUNT_AT = 57;

    /**
     * What a reader beside producers takes from its socket at once: no longer than that an answer
     * to a producer waits for it.
     */
    private static final int BYTES_AT_ONCE = 256 << 10;

    /** How late a reader may be and still take up its pace where it should be. */
    private static final long PAUSE_NANOS = 20_000_000;

    private final Run run;
    private final boolean once;
    private final double nanosPerByte;
    private final Map<Integer, Long> positions = new TreeMap<>();
    private ByteBuffer unwritten = ByteBuffer.allocate(0);
    private boolean waiting;
    private boolean paced;

    /** When what it has taken would have come over its link. */
    private long dueNanos;

    private RawConsumer(
            Run run, boolean once, int bytesAtOnce, int number, int of, Selector selector)
            throws IOException {
        super(run.address(), bytesAtOnce, selector);
        this.run = run;
        this.once = once;
        long rate = once ? run.workload().consumers().catchUpRate().bytes() : 0;
        this.nanosPerByte = rate == 0 ? 0 : 1e9 / rate;
        for (int partition = number;
                partition < run.workload().topic().partitions();
                partition += of) {
            positions.put(partition, 0L);
        }
    }

    /** One of several that read everything again and again. */
    static RawConsumer looping(Run run, int number, int of, Selector selector) throws IOException {
        return new RawConsumer(run, false, Integer.MAX_VALUE, number, of, selector);
    }

    /**
     * One of several that read everything once, when measuring begins, each as fast as its link is.
     */
    static RawConsumer catchingUp(Run run, int number, int of, Selector selector)
            throws IOException {
        return new RawConsumer(run, true, BYTES_AT_ONCE, number, of, selector);
    }

    /** Whether it has read everything, and reads no more. */
    boolean isDone() {
        return positions.isEmpty();
    }

    @Override
    long send(long nowNanos) throws IOException {
        boolean over = run.window().isOver(nowNanos);
        boolean due = !paced || nowNanos - dueNanos >= 0;
        if (!waiting && due && !over && !positions.isEmpty()) {
            unwritten = request();
            waiting = true;
        }
        if (unwritten.hasRemaining()) {
            channel.write(unwritten);
        }
        wantsWrite(unwritten.hasRemaining());
        return waiting || due || positions.isEmpty() ? Long.MAX_VALUE : dueNanos;
    }

    private ByteBuffer request() {
        List<FetchRequest.FetchPartition> wanted = new ArrayList<>();
        positions.forEach((partition, offset) ->
                wanted.add(
                        new FetchRequest.FetchPartition()
                                .partition(partition)
                                .fetchOffset(offset)
                                .partitionMaxBytes(PARTITION_BYTES)));
        FetchRequest request =
                new FetchRequest()
                        .maxWaitMs(run.workload().consumers().maxWaitMs())
                        .minBytes(1)
                        .maxBytes(ANSWER_BYTES)
                        .sessionEpoch(NO_SESSION)
                        .topics(
                                List.of(
                                        new FetchRequest.FetchTopic()
                                                .topic(run.topic())
                                                .partitions(wanted)));
        RequestHeader header =
                new RequestHeader()
                        .requestApiKey(ApiKey.FETCH.id())
                        .requestApiVersion(VERSION)
                        .correlationId(7)
                        .clientId("raw");
        return Frames.encode(ApiKey.FETCH.requestHeaderVersion(VERSION), header, request, VERSION);
    }

    @Override
    void answered(ByteBuffer frame, long nowNanos) throws IOException {
        waiting = false;
        pace(frame.remaining(), nowNanos);
        WireReader reader = new WireReader(frame);
        new ResponseHeader().read(reader, ApiKey.FETCH.responseHeaderVersion(VERSION));
        FetchResponse response = new FetchResponse();
        response.read(reader, VERSION);
        check(response.errorCode());
        for (FetchResponse.FetchableTopicResponse topic : response.responses()) {
            for (FetchResponse.PartitionData data : topic.partitions()) {
                check(data.errorCode());
                read(data, nowNanos);
            }
        }
    }

    /** The next bytes come when these have passed the link, and none sooner for a pause before. */
    private void pace(int bytes, long nowNanos) {
        if (nanosPerByte == 0) {
            return;
        }
        long from = paced && dueNanos - nowNanos > -PAUSE_NANOS ? dueNanos : nowNanos;
        dueNanos = from + (long) (bytes * nanosPerByte);
        paced = true;
    }

    private void check(short code) throws IOException {
        if (code != ErrorCode.NONE.code()) {
            throw new IOException("a fetch was answered with error " + code);
        }
    }

    private void read(FetchResponse.PartitionData data, long nowNanos) {
        Payload payload = data.records();
        long records = 0;
        int at = 0;
        if (payload != null && payload.sizeInBytes() > 0) {
            ByteBuffer bytes = payload.buffer();
            long next = 0;
            while (bytes.remaining() >= at + COUNT_AT + 4) {
                int batch = bytes.position() + at;
                int size = BATCH_OVERHEAD + bytes.getInt(batch + 8);
                if (bytes.remaining() < at + size) {
                    break;
                }
                next = bytes.getLong(batch) + bytes.getInt(batch + LAST_OFFSET_DELTA_AT) + 1;
                records += bytes.getInt(batch + COUNT_AT);
                at += size;
            }
            if (at > 0) {
                advance(data.partitionIndex(), next, data.highWatermark(), nowNanos);
            }
        }
        (once ? run.notes().caughtUp() : run.notes().consumed()).count(nowNanos, records, at);
    }

    private void advance(int partition, long next, long highWatermark, long nowNanos) {
        if (once && nowNanos - run.window().fromNanos() < 0) {
            return;
        }
        if (next < highWatermark) {
            positions.put(partition, next);
        } else if (once) {
            positions.remove(partition);
        } else {
            positions.put(partition, 0L);
        }
    }

    @Override
    int outstanding() {
        return waiting ? 1 : 0;
    }
}
