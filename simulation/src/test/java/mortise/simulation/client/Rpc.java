package mortise.simulation.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import mortise.api.Timers;
import mortise.simulation.check.Violation;
import mortise.simulation.net.ClientEnd;
import mortise.simulation.net.SimConnection;
import mortise.simulation.world.Delays;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.MalformedMessageException;
import mortise.wire.WireReader;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one connection: requests out, several in flight, answers in their order.
 * What is not answered in time costs the connection, as with Kafka's clients.
 */
final class Rpc implements ClientEnd {
    /** How long an answer is waited for. */
    static final long TIMEOUT = Delays.seconds(30);

    private final SimClient client;
    private final Deque<Call> calls = new ArrayDeque<>();
    private ByteBuffer received = ByteBuffer.allocate(4_096).limit(0);
    private @Nullable SimConnection connection;
    private int nextCorrelation;
    private boolean closed;

    /** A request that waits for its answer. */
    private static final class Call {
        private final int correlation;
        private final ApiKey key;
        private final short version;
        private final Consumer<@Nullable ApiMessage> result;
        private Timers.Scheduled timeout = () -> false;

        Call(int correlation, ApiKey key, short version, Consumer<@Nullable ApiMessage> result) {
            this.correlation = correlation;
            this.key = key;
            this.version = version;
            this.result = result;
        }

        /** Hands over what came of it. */
        void end(@Nullable ApiMessage answer) {
            timeout.cancel();
            result.accept(answer);
        }

        @Override
        public String toString() {
            return key.apiName() + " " + correlation;
        }
    }

    private Rpc(SimClient client) {
        this.client = client;
    }

    /** A connection; null if nobody listens. */
    static @Nullable Rpc connect(SimClient client) {
        Rpc rpc = new Rpc(client);
        rpc.connection = client.world().network().connect(client.name(), rpc);
        return rpc.connection == null ? null : rpc;
    }

    boolean closed() {
        return closed;
    }

    /** Whether something was done to the connection, so that answers may rightly not come. */
    boolean disturbed() {
        return connected().disturbed();
    }

    int inFlight() {
        return calls.size();
    }

    /**
     * Sends a request.
     *
     * @param result gets the answer, or null if there will be none
     */
    void call(
            ApiKey key, short version, ApiMessage request, Consumer<@Nullable ApiMessage> result) {
        if (closed) {
            throw new IllegalStateException("the connection is closed");
        }
        int correlation = send(key, version, request);
        Call call = new Call(correlation, key, version, result);
        calls.add(call);
        SimConnection to = connected();
        long life = client.world().lifeOfBroker();
        long sentAt = client.world().schedule().nanos();
        call.timeout =
                client.later(
                        TIMEOUT,
                        "timeout",
                        () -> {
                            if (calls.contains(call)) {
                                timedOut(call, to, life, sentAt);
                            }
                        });
    }

    /** Sends a request that is not answered. */
    int send(ApiKey key, short version, ApiMessage request) {
        int correlation = nextCorrelation++;
        RequestHeader header =
                new RequestHeader()
                        .requestApiKey(key.id())
                        .requestApiVersion(version)
                        .correlationId(correlation)
                        .clientId(client.name());
        connected()
                .send(Frames.encode(key.requestHeaderVersion(version), header, request, version));
        return correlation;
    }

    private SimConnection connected() {
        SimConnection to = connection;
        if (to == null) {
            throw new IllegalStateException("not connected");
        }
        return to;
    }

    /** A broker that was up all the time, over a connection that was well, owes an answer. */
    private void timedOut(Call call, SimConnection to, long life, long sentAt) {
        if (client.world().lifeOfBroker() == life
                && !to.disturbed()
                && !client.world().troubledSince(sentAt)) {
            throw new Violation(
                    "unanswered",
                    String.format(
                            Locale.ROOT,
                            "%s %d of %s got no answer within 30 s",
                            call.key.apiName(),
                            call.correlation,
                            to.name()));
        }
        close();
    }

    void close() {
        if (!closed) {
            connected().close();
            ended();
        }
    }

    @Override
    public void ended() {
        if (closed) {
            return;
        }
        closed = true;
        List<Call> lost = new ArrayList<>(calls);
        calls.clear();
        lost.forEach(call -> call.end(null));
        client.disconnected(this);
    }

    @Override
    public void received(byte[] bytes) {
        if (closed) {
            return;
        }
        ByteBuffer joined = ByteBuffer.allocate(received.remaining() + bytes.length);
        received = joined.put(received).put(bytes).flip();
        while (!closed && received.remaining() >= Frames.LENGTH_BYTES) {
            int length = received.getInt(received.position());
            if (received.remaining() < Frames.LENGTH_BYTES + length) {
                return;
            }
            ByteBuffer frame = received.slice(received.position() + Frames.LENGTH_BYTES, length);
            received.position(received.position() + Frames.LENGTH_BYTES + length);
            answered(frame);
        }
    }

    private void answered(ByteBuffer frame) {
        Call call = calls.poll();
        int correlation = frame.getInt(0);
        if (call == null || call.correlation != correlation) {
            throw new Violation(
                    "order of answers",
                    client.name() + " got the answer to " + correlation + ", due was " + call);
        }
        call.end(decode(call, frame));
    }

    private ApiMessage decode(Call call, ByteBuffer frame) {
        try {
            ResponseHeader header = new ResponseHeader();
            WireReader reader = new WireReader(frame);
            header.read(reader, call.key.responseHeaderVersion(call.version));
            ApiMessage answer = call.key.newResponse();
            answer.read(reader, call.version);
            reader.requireEnd(call.key.apiName());
            return answer;
        } catch (MalformedMessageException malformed) {
            throw new Violation(
                    "malformed",
                    "the answer to " + call.key.apiName() + " of " + client,
                    malformed);
        }
    }
}
