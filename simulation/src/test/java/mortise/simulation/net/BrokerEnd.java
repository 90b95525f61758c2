package mortise.simulation.net;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import mortise.broker.request.RequestRouter;
import mortise.broker.request.ResponsePayloads;
import mortise.broker.request.SlicePayload;
import mortise.simulation.check.Violation;
import mortise.simulation.world.Delays;
import mortise.simulation.world.Machine;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.Gathered;
import mortise.wire.MalformedMessageException;
import mortise.wire.Splice;
import mortise.wire.WireReader;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;

/**
 * The broker's side of a connection, in front of the {@link RequestRouter}: frames out of bytes,
 * requests that start when their predecessor has passed its ordering point, answers in the order of
 * the requests. It keeps the rules of {@code mortise.broker.net.Connection} and nothing of its
 * memory bounds.
 */
final class BrokerEnd {
    private static final int MOST_REQUESTS = 20;
    private static final int MOST_FRAME_BYTES = 8 << 20;
    private static final long LAST_ANSWERS = Delays.seconds(3);
    private static final long SHORTEST_SEND = Delays.micros(5);
    private static final long LONGEST_SEND = Delays.millis(5);

    private final SimConnection connection;
    private final Machine machine;
    private final RequestRouter router;
    private final FrameCount frames;
    private final Deque<SimRequest> requests = new ArrayDeque<>();
    private final List<SimRequest> unfinished = new ArrayList<>();
    private final Deque<Gathered> sending = new ArrayDeque<>();
    private ByteBuffer received = ByteBuffer.allocate(1_024).limit(0);
    private boolean signalled;
    private boolean leaving;
    private boolean closed;
    private boolean dead;

    BrokerEnd(SimConnection connection, Machine machine, RequestRouter router, FrameCount frames) {
        this.connection = connection;
        this.machine = machine;
        this.router = router;
        this.frames = frames;
    }

    SimConnection connection() {
        return connection;
    }

    Machine machine() {
        return machine;
    }

    FrameCount frames() {
        return frames;
    }

    boolean isClosed() {
        return closed;
    }

    // ---- from bytes to requests

    void received(byte[] bytes) {
        if (closed || dead) {
            return;
        }
        if (received.capacity() - received.remaining() < bytes.length) {
            int size = Math.max(2 * received.capacity(), received.remaining() + bytes.length);
            received = ByteBuffer.allocate(size).put(received).flip();
        } else {
            received.compact().flip();
        }
        int end = received.limit();
        received.limit(end + bytes.length).put(end, bytes);
        machine.soon("read " + connection.name(), this::pump);
    }

    /** Has the connection look at its requests; whoever calls is on no thread of its. */
    void signal() {
        if (!signalled && !dead) {
            signalled = true;
            machine.soon(
                    "wake " + connection.name(),
                    () -> {
                        signalled = false;
                        pump();
                    });
        }
    }

    private void pump() {
        boolean progress = true;
        while (progress && !closed && !dead) {
            progress = decode();
            progress |= respond();
        }
    }

    private boolean obstructed() {
        SimRequest newest = requests.peekLast();
        return leaving
                || requests.size() >= MOST_REQUESTS
                || sending.size() >= MOST_REQUESTS
                || (newest != null && !newest.letsNextStart());
    }

    private boolean decode() {
        boolean any = false;
        while (!closed && !obstructed() && received.remaining() >= Frames.LENGTH_BYTES) {
            int length = received.getInt(received.position());
            if (length < 0 || length > MOST_FRAME_BYTES) {
                throw new Violation("frames", "a client sent a frame of " + length + " bytes");
            }
            if (received.remaining() < Frames.LENGTH_BYTES + length) {
                break;
            }
            ByteBuffer frame = ByteBuffer.allocate(length);
            received.position(received.position() + Frames.LENGTH_BYTES);
            frame.put(received.slice(received.position(), length)).flip();
            received.position(received.position() + length);
            start(frame);
            any = true;
        }
        return any;
    }

    private void start(ByteBuffer frame) {
        ByteBuffer body = frame.duplicate();
        RequestHeader header = Frames.readRequestHeader(body);
        ApiKey key = ApiKey.find(header.requestApiKey());
        if (key == null || !router.serves(key, header.requestApiVersion())) {
            connection.closeAtBroker();
            return;
        }
        frames.take();
        SimRequest request =
                new SimRequest(this, frame, body.slice(), key, header, machine.disk().clock());
        requests.add(request);
        unfinished.add(request);
        connection.schedule().trace().add("start " + request);
        ApiMessage decoded;
        try {
            decoded = router.decode(request, new WireReader(request.body()));
        } catch (MalformedMessageException malformed) {
            request.closeConnection("malformed: " + malformed.getMessage());
            return;
        }
        router.handle(request, decoded);
    }

    // ---- from answers to bytes

    private boolean respond() {
        boolean any = false;
        SimRequest oldest = requests.peek();
        while (oldest != null && oldest.settled() && !closed) {
            any = true;
            if (oldest.closeReason() != null) {
                connection.schedule().trace().add("closes after " + oldest);
                closeWhenSent();
                return any;
            }
            requests.remove();
            ApiMessage response = oldest.takeResponse();
            if (response != null) {
                send(oldest, response);
            }
            oldest.finish();
            oldest = requests.peek();
            if (oldest != null) {
                oldest.buildIfWanted();
            }
        }
        return any;
    }

    boolean isOldest(SimRequest request) {
        return requests.peek() == request;
    }

    private void send(SimRequest request, ApiMessage response) {
        ResponsePayloads.closeEmpty(response);
        Gathered parts =
                Frames.encodeGathering(
                        request.apiKey().responseHeaderVersion(request.apiVersion()),
                        new ResponseHeader().correlationId(request.correlationId()),
                        response,
                        request.apiVersion());
        connection.schedule().trace().add("answer " + request + " " + parts.totalBytes());
        sending.add(parts);
        if (sending.size() == 1) {
            sendFirst();
        }
    }

    private void sendFirst() {
        machine.after(
                Delays.between(connection.random(), SHORTEST_SEND, LONGEST_SEND),
                "send " + connection.name(),
                this::sendNow);
    }

    /** The slices stay open until now, as they do until a socket has taken them. */
    private void sendNow() {
        Gathered parts = sending.poll();
        if (parts == null) {
            return; // closed meanwhile
        }
        boolean sent = write(parts);
        close(parts);
        if (!sent) {
            connection.closeAtBroker();
        } else if (!sending.isEmpty()) {
            sendFirst();
        } else if (leaving && requests.isEmpty()) {
            connection.closeAtBroker();
        } else {
            pump();
        }
    }

    private void closeWhenSent() {
        leaving = true;
        if (sending.isEmpty()) {
            connection.closeAtBroker();
        }
    }

    /** Takes no further request; what is unanswered in a while is not answered. */
    void leave() {
        leaving = true;
        if (requests.isEmpty() && sending.isEmpty()) {
            connection.closeAtBroker();
        } else {
            machine.after(LAST_ANSWERS, "leave " + connection.name(), connection::closeAtBroker);
        }
    }

    private boolean write(Gathered parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(parts.totalBytes());
        ByteBuffer head = parts.head().duplicate();
        int start = head.position();
        int written = start;
        try {
            for (Splice splice : parts.splices()) {
                int place = start + splice.headPosition();
                out.write(head.array(), head.arrayOffset() + written, place - written);
                written = place;
                ByteBuffer payload = splice.payload().buffer();
                out.write(payload.array(), payload.arrayOffset(), payload.remaining());
            }
        } catch (RuntimeException cannotRead) {
            connection.schedule().trace().add("unsendable " + connection.name());
            return false;
        }
        out.write(head.array(), head.arrayOffset() + written, head.limit() - written);
        return !machine.dead() && connection.sendToClient(out.toByteArray());
    }

    private static void close(Gathered parts) {
        for (Splice splice : parts.splices()) {
            if (splice.payload() instanceof SlicePayload(var slice)) {
                slice.close();
            }
        }
    }

    // ---- the end

    /** The connection is closed on this side. */
    void closed() {
        if (closed) {
            return;
        }
        closed = true;
        sending.forEach(BrokerEnd::close);
        sending.clear();
        for (SimRequest request : List.copyOf(unfinished)) {
            request.abandoned();
        }
        for (SimRequest request : List.copyOf(requests)) {
            if (request.settled()) {
                request.finish();
            }
        }
        requests.clear();
    }

    /** The process has ended, and with it everything that it held. */
    void died() {
        dead = true;
        closed = true;
        frames.forget(unfinished.size());
        unfinished.clear();
        requests.clear();
        sending.clear();
    }

    void released(SimRequest request) {
        if (unfinished.remove(request)) {
            frames.release();
        }
    }
}
