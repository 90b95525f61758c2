package mortise.simulation.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestContext;
import mortise.broker.request.ResponsePayloads;
import mortise.simulation.check.Violation;
import mortise.spi.auth.Principal;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * A request of a simulated connection. When its frame is released its bytes are overwritten, so
 * that whoever still reads them is found out.
 */
final class SimRequest implements RequestContext {
    private static final ListenerEndpoint LISTENER =
            new ListenerEndpoint("PLAINTEXT", HostPort.parse("127.0.0.1:9092"), null);
    private static final byte POISON = (byte) 0xEE;

    private final BrokerEnd end;
    private final ByteBuffer frame;
    private final ByteBuffer body;
    private final ApiKey apiKey;
    private final RequestHeader header;
    private final long receivedNanos;
    private int references = 1;
    private boolean passed;
    private boolean claimed;
    private boolean finished;
    private @Nullable ApiMessage response;
    private @Nullable String closeReason;
    private @Nullable Runnable whenClosed;
    private @Nullable Runnable build;
    private boolean large;

    SimRequest(
            BrokerEnd end,
            ByteBuffer frame,
            ByteBuffer body,
            ApiKey apiKey,
            RequestHeader header,
            Clock clock) {
        this.end = end;
        this.frame = frame;
        this.body = body;
        this.apiKey = apiKey;
        this.header = header;
        this.receivedNanos = clock.nanoTime();
    }

    @Override
    public ApiKey apiKey() {
        return apiKey;
    }

    @Override
    public short apiVersion() {
        return header.requestApiVersion();
    }

    @Override
    public int correlationId() {
        return header.correlationId();
    }

    @Override
    public @Nullable String clientId() {
        return header.clientId();
    }

    @Override
    public Principal principal() {
        return Principal.ANONYMOUS;
    }

    @Override
    public String clientHost() {
        return "127.0.0.1";
    }

    @Override
    public long connectionId() {
        return end.connection().id();
    }

    @Override
    public InetSocketAddress localAddress() {
        try {
            return new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 9_092);
        } catch (UnknownHostException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    @Override
    public ListenerEndpoint listener() {
        return LISTENER;
    }

    @Override
    public long receivedNanos() {
        return receivedNanos;
    }

    @Override
    public int sizeInBytes() {
        return frame.limit();
    }

    @Override
    public ByteBuffer body() {
        return body.slice();
    }

    @Override
    public boolean connectionClosed() {
        return end.isClosed();
    }

    @Override
    public void whenConnectionClosed(Runnable action) {
        whenClosed = action;
        if (end.isClosed()) {
            action.run();
        }
    }

    void abandoned() {
        Runnable action = whenClosed;
        if (action != null) {
            action.run();
        }
        build();
    }

    @Override
    public void retain() {
        if (references <= 0) {
            throw new Violation("buffers", this + " is retained after it was released");
        }
        references++;
    }

    @Override
    public void release() {
        references--;
        if (references < 0) {
            throw new Violation("buffers", this + " is released once too often");
        }
        if (references == 0) {
            for (int i = 0; i < frame.limit(); i++) {
                frame.put(i, POISON);
            }
            end.released(this);
        }
    }

    @Override
    public void orderingPointPassed() {
        if (!passed) {
            passed = true;
            end.signal();
        }
    }

    boolean letsNextStart() {
        return !large && (passed || (settled() && closeReason == null));
    }

    @Override
    public void respond(ApiMessage answer) {
        if (claimed) {
            ResponsePayloads.closeAll(answer);
            return;
        }
        response = answer;
        settle();
    }

    @Override
    public void respondNothing() {
        if (!claimed) {
            settle();
        }
    }

    @Override
    public void closeConnection(String reason) {
        if (!claimed) {
            closeReason = reason;
            settle();
        }
    }

    private void settle() {
        claimed = true;
        if (end.isClosed()) {
            finish();
        } else {
            end.signal();
        }
    }

    @Override
    public void reserveAnswer(long bytes, Runnable builds) {
        large = true;
        build = builds;
        buildIfWanted();
    }

    /** Builds a large answer when it is its turn, on the event loop. */
    void buildIfWanted() {
        if (build != null && (end.isClosed() || end.isOldest(this))) {
            end.machine().soon("build " + this, this::build);
        }
    }

    private void build() {
        Runnable builds = build;
        build = null;
        if (builds != null) {
            builds.run();
        }
    }

    @Override
    public void largeAnswer() {
        large = true;
    }

    @Override
    public void failedUnexpectedly(Throwable failure) {
        if (!end.machine().dead() && !end.connection().network().excused()) {
            throw new Violation("unexpected", this + " failed: " + failure, failure);
        }
    }

    @Override
    public void execute(Runnable action) {
        end.machine().soon("loop " + this, action);
    }

    boolean settled() {
        return claimed && !finished;
    }

    @Nullable String closeReason() {
        return closeReason;
    }

    /** The answer, whose slices are the caller's from now on. */
    @Nullable ApiMessage takeResponse() {
        ApiMessage taken = response;
        response = null;
        return taken;
    }

    /** Gives back what the request holds. */
    void finish() {
        if (finished) {
            return;
        }
        finished = true;
        ApiMessage unsent = takeResponse();
        if (unsent != null) {
            ResponsePayloads.closeAll(unsent);
        }
        release();
    }

    @Override
    public String toString() {
        return apiKey.apiName() + " " + header.correlationId() + " of " + end.connection().name();
    }
}
