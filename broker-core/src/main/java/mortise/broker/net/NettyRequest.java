package mortise.broker.net;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestContext;
import mortise.broker.request.ResponsePayloads;
import mortise.broker.request.UnservedFeature;
import mortise.spi.auth.Principal;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.message.ResponseHeader;
import org.jspecify.annotations.Nullable;

/**
 * A request of one connection, and its place in the order of responses. The frame is released when
 * the connection is through with the answer and every {@link #retain} is matched.
 *
 * <p>Whoever answers first claims the request; the connection looks at the answer once it is
 * settled. Fields without a handle are written before {@link #settle} and read after {@link
 * #settled}.
 */
final class NettyRequest implements RequestContext, UnsentLimiter.Waiter {
    /** Answers up to this size are built without a reservation. */
    static final int SMALL_ANSWER_BYTES = 16 * 1_024;

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

    /** The answer as bytes, if it was encoded where it was built. */
    private @Nullable ByteBuf encoded;

    private volatile boolean large;

    /** What builds the answer once there is memory for it; confined to the event loop. */
    private @Nullable Runnable build;

    private boolean queued;
    private volatile long wantedBytes;

    /**
     * Written before the answer is built, read by who builds it and by who finishes the request.
     */
    private volatile long reservedBytes;

    private @Nullable String closeReason;
    private CloseReason closeKind = CloseReason.HANDLER;
    private boolean timed;
    private long handledNanos;
    private long answeredNanos;
    private long decodedBytes;
    private boolean grantedHeap;

    /** The connection's next request; confined to its event loop. */
    @Nullable NettyRequest next;

    NettyRequest(Connection connection, RequestFrame frame) {
        this.connection = connection;
        this.chunk = frame.chunk();
        this.body = frame.body();
        this.apiKey = frame.apiKey();
        this.served = frame.served();
        this.apiVersion = served ? frame.header().requestApiVersion() : 0;
        this.correlationId = frame.header().correlationId();
        this.clientId = frame.header().clientId();
        this.receivedNanos = frame.receivedNanos();
        this.sizeInBytes = frame.sizeInBytes();
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
        return connection.peer().host();
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
        if (build != null && (!queued || connection.unsent().withdraw(this))) {
            build();
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
        if (reservedBytes > 0 && !connection.inEventLoop() && !ResponsePayloads.in(answer)) {
            encode(answer);
        } else {
            response = answer;
        }
        settle();
    }

    /** Encodes a large answer on the thread that built it; the objects may go then. */
    private void encode(ApiMessage answer) {
        try {
            connection.countErrors(apiKey, answer);
            ByteBuffer frame =
                    Frames.encode(
                            apiKey.responseHeaderVersion(apiVersion),
                            new ResponseHeader().correlationId(correlationId),
                            answer,
                            apiVersion,
                            this::bufferFor);
            ByteBuf bytes = encoded;
            if (bytes != null) {
                bytes.writerIndex(frame.remaining());
                shrinkReservation(frame.remaining());
            }
        } catch (RuntimeException | Error failure) {
            releaseEncoded();
            connection.peer().unsendable(failure);
            closeReason = "an answer that could not be encoded";
        }
    }

    private ByteBuffer bufferFor(int size) {
        ByteBuf bytes = connection.directBuffer(size);
        encoded = bytes;
        return bytes.nioBuffer(0, size);
    }

    private void shrinkReservation(long bytes) {
        long reserved = reservedBytes;
        if (bytes < reserved) {
            reservedBytes = bytes;
            connection.unsent().refund(reserved - bytes);
        }
    }

    private void releaseEncoded() {
        ByteBuf bytes = encoded;
        encoded = null;
        if (bytes != null) {
            bytes.release();
        }
    }

    // ---- memory for a large answer

    @Override
    public long maxAnswerBytes() {
        return connection.maxAnswerBytes();
    }

    @Override
    public void reserveAnswer(long bytes, Runnable builds) {
        if (bytes <= SMALL_ANSWER_BYTES) {
            builds.run();
            return;
        }
        large = true;
        if (connection.inEventLoop()) {
            reserve(bytes, builds);
        } else {
            connection.execute(() -> reserve(bytes, builds));
        }
    }

    private void reserve(long bytes, Runnable builds) {
        wantedBytes = bytes;
        build = builds;
        if (connection.closed() || connection.isOldest(this)) {
            buildWithMemory();
        }
    }

    /** This request is the oldest of its connection, or the connection has closed. */
    void buildWithMemory() {
        if (build == null || queued) {
            return;
        }
        if (connection.closed()) {
            build();
        } else if (connection.unsent().tryReserve(wantedBytes)) {
            reservedBytes = wantedBytes;
            build();
        } else {
            queued = true;
            connection.unsent().await(this);
        }
    }

    private void build() {
        Runnable builds = build;
        build = null;
        if (builds == null) {
            return;
        }
        try {
            builds.run();
        } catch (RuntimeException | Error failure) {
            connection.peer().unsendable(failure);
            closeConnection("an answer that could not be built");
        }
    }

    @Override
    public long wantedBytes() {
        return wantedBytes;
    }

    @Override
    public void granted() {
        reservedBytes = wantedBytes;
        connection.execute(this::build);
    }

    @Override
    public void largeAnswer() {
        large = true;
    }

    /** Whether nothing starts behind it before it is encoded. */
    boolean large() {
        return large;
    }

    /** Whether its memory is counted already. */
    boolean reserved() {
        return reservedBytes > 0;
    }

    /** The memory that is counted for it, which is the caller's to give back. */
    long takeReservation() {
        long reserved = reservedBytes;
        reservedBytes = 0;
        return reserved;
    }

    /** The answer as bytes, which are the caller's from now on. */
    @Nullable ByteBuf takeEncoded() {
        ByteBuf bytes = encoded;
        encoded = null;
        return bytes;
    }

    @Override
    public void failedUnexpectedly(Throwable failure) {
        connection.peer().requestFailed(this, failure);
    }

    @Override
    public void introduced(String software) {
        connection.peer().introduced(software);
    }

    @Override
    public void notServed(UnservedFeature feature) {
        connection.peer().notServed(this, feature);
    }

    @Override
    public void respondNothing() {
        if (claim()) {
            settle();
        }
    }

    @Override
    public void closeConnection(String reason) {
        closeConnection(CloseReason.HANDLER, reason);
    }

    /** Has the connection closed instead of an answer. */
    void closeConnection(CloseReason kind, String reason) {
        if (claim()) {
            closeKind = kind;
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

    /** What kind of reason that is. */
    CloseReason closeKind() {
        return closeKind;
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
        releaseEncoded();
        long reserved = takeReservation();
        if (reserved > 0) {
            connection.unsent().refund(reserved);
        }
        release();
    }
}
