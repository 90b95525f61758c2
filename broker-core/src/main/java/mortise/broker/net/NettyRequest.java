package mortise.broker.net;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestContext;
import mortise.broker.request.ResponsePayloads;
import mortise.spi.auth.Principal;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.RequestHeader;
import org.jspecify.annotations.Nullable;

/**
 * A request of one connection, and its place in the order of responses. The frame is released when
 * the connection is through with the answer and every {@link #retain} is matched.
 *
 * <p>Whoever answers first claims the request; the connection looks at the answer once it is
 * settled. Fields without a handle are written before {@link #settle} and read after {@link
 * #settled}.
 */
final class NettyRequest implements RequestContext {
    private static final int OPEN = 0;
    private static final int CLAIMED = 1;
    private static final int SETTLED = 2;
    private static final int FINISHED = 3;

    private static final VarHandle STATE;
    private static final VarHandle PASSED;
    private static final VarHandle REFERENCES;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(NettyRequest.class, "state", int.class);
            PASSED = lookup.findVarHandle(NettyRequest.class, "passed", boolean.class);
            REFERENCES = lookup.findVarHandle(NettyRequest.class, "references", int.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final Connection connection;
    private final FrameChunk chunk;
    private final ByteBuffer body;
    private final ApiKey apiKey;
    private final short apiVersion;
    private final boolean served;
    private final int correlationId;
    private final @Nullable String clientId;
    private final long receivedNanos;
    private final int sizeInBytes;

    @SuppressWarnings("unused") // through STATE
    private volatile int state;

    @SuppressWarnings("unused") // through PASSED
    private volatile boolean passed;

    @SuppressWarnings("unused") // through REFERENCES
    private volatile int references = 1;

    private volatile @Nullable Runnable whenClosed;
    private @Nullable ApiMessage response;
    private @Nullable String closeReason;
    private boolean timed;
    private long handledNanos;
    private long answeredNanos;
    private long decodedBytes;
    private boolean grantedHeap;

    /** The connection's next request; confined to its event loop. */
    @Nullable NettyRequest next;

    NettyRequest(
            Connection connection,
            FrameChunk chunk,
            ByteBuffer body,
            ApiKey apiKey,
            short apiVersion,
            boolean served,
            RequestHeader header,
            long receivedNanos,
            int sizeInBytes) {
        this.connection = connection;
        this.chunk = chunk;
        this.body = body;
        this.apiKey = apiKey;
        this.apiVersion = served ? apiVersion : 0;
        this.served = served;
        this.correlationId = header.correlationId();
        this.clientId = header.clientId();
        this.receivedNanos = receivedNanos;
        this.sizeInBytes = sizeInBytes;
    }

    @Override
    public ApiKey apiKey() {
        return apiKey;
    }

    @Override
    public short apiVersion() {
        return apiVersion;
    }

    @Override
    public int correlationId() {
        return correlationId;
    }

    @Override
    public @Nullable String clientId() {
        return clientId;
    }

    @Override
    public Principal principal() {
        return connection.principal();
    }

    @Override
    public String clientHost() {
        return connection.clientHost();
    }

    @Override
    public long connectionId() {
        return connection.id();
    }

    @Override
    public InetSocketAddress localAddress() {
        return connection.localAddress();
    }

    @Override
    public ListenerEndpoint listener() {
        return connection.listener();
    }

    @Override
    public long receivedNanos() {
        return receivedNanos;
    }

    @Override
    public int sizeInBytes() {
        return sizeInBytes;
    }

    @Override
    public ByteBuffer body() {
        return body.slice();
    }

    @Override
    public boolean connectionClosed() {
        return connection.closed();
    }

    @Override
    public void whenConnectionClosed(Runnable action) {
        whenClosed = action;
        if (connection.closed()) {
            action.run();
        }
    }

    /** The connection has closed. */
    void abandoned() {
        Runnable action = whenClosed;
        if (action != null) {
            action.run();
        }
    }

    @Override
    public void retain() {
        REFERENCES.getAndAdd(this, 1);
    }

    @Override
    public void release() {
        int before = (int) REFERENCES.getAndAdd(this, -1);
        if (before == 1) {
            chunk.release();
        } else if (before < 1) {
            throw new IllegalStateException(
                    apiKey.apiName() + " " + correlationId + " was released once too often");
        }
    }

    @Override
    public void orderingPointPassed() {
        if (!passed && PASSED.compareAndSet(this, false, true)) {
            connection.signal();
        }
    }

    @Override
    public void respond(ApiMessage answer) {
        if (!claim()) {
            ResponsePayloads.closeAll(answer);
            return;
        }
        response = answer;
        settle();
    }

    @Override
    public void respondNothing() {
        if (claim()) {
            settle();
        }
    }

    @Override
    public void closeConnection(String reason) {
        if (claim()) {
            closeReason = reason;
            settle();
        }
    }

    @Override
    public void execute(Runnable action) {
        connection.execute(action);
    }

    private boolean claim() {
        return STATE.compareAndSet(this, OPEN, CLAIMED);
    }

    private void settle() {
        if (timed) {
            answeredNanos = connection.nanoTime();
        }
        STATE.setVolatile(this, SETTLED);
        if (!connection.signal()) {
            finish();
        }
    }

    /** Whether its version is served; if not, it is answered in version 0 without a handler. */
    boolean served() {
        return served;
    }

    /**
     * Notes the heap that it takes; confined to its event loop.
     *
     * @param granted whether it stood in line for it
     */
    void decoded(long bytes, boolean granted) {
        decodedBytes = bytes;
        grantedHeap = granted;
    }

    /** How many bytes of heap it takes; confined to its event loop. */
    long decodedBytes() {
        return decodedBytes;
    }

    /** Whether it stood in line for its heap; confined to its event loop. */
    boolean grantedHeap() {
        return grantedHeap;
    }

    /** Notes when its handler starts; such a request is timed. */
    void timedFrom(long nanos) {
        timed = true;
        handledNanos = nanos;
    }

    /** Whether it is timed. */
    boolean timed() {
        return timed;
    }

    long handleNanos() {
        return answeredNanos - handledNanos;
    }

    long answeredNanos() {
        return answeredNanos;
    }

    /** Whether the next request may start. */
    boolean letsNextStart() {
        return passed || (settled() && closeReason == null);
    }

    /** Whether it has been answered. */
    boolean settled() {
        return state == SETTLED;
    }

    /** The answer, if it is one. */
    @Nullable ApiMessage response() {
        return response;
    }

    /** Why the connection is to be closed, if that is the answer. */
    @Nullable String closeReason() {
        return closeReason;
    }

    /** The answer goes to the writer: slices of the response are no longer the request's. */
    void sending() {
        response = null;
    }

    /** Releases what a settled request holds, once; a response that is still here is not sent. */
    void finish() {
        if (!STATE.compareAndSet(this, SETTLED, FINISHED)) {
            return;
        }
        ApiMessage unsent = response;
        response = null;
        if (unsent != null) {
            ResponsePayloads.closeAll(unsent);
        }
        release();
    }
}
