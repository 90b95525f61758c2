package mortise.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.RejectedExecutionException;
import mortise.api.ForeignText;
import mortise.broker.net.InflightLimiter.Room;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.UnservedFeature;
import mortise.broker.telemetry.ConnectionClosedEvent;
import mortise.spi.auth.Principal;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.MalformedMessageException;
import mortise.wire.OversizedMessageException;
import mortise.wire.WireReader;
import mortise.wire.message.RequestHeader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's connection: frames in, requests in order, responses in the same order.
 *
 * <p>Confined to its event loop, except for {@link #signal}, {@link #execute}, {@link #closed} and
 * what is final. Other threads answer requests and then signal; the event loop looks at the
 * requests from the oldest on.
 *
 * <p>A request starts only when {@link #obstructed} says that nothing is in the way: its
 * predecessor has passed its ordering point, bounds leave room, and the client takes its responses.
 * While something is in the way frames stay in the decoder, and once it holds any the socket is not
 * read.
 */
final class Connection extends ChannelInboundHandlerAdapter
        implements Runnable, FrameDecoder.Sink, InflightLimiter.Waiter, UnsentLimiter.Reader {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
    private static final long NOT_DISCARDING = Long.MIN_VALUE;

    /** How long a client that was told that it is wrong here may go on sending. */
    private static final long DISCARD_NANOS = 2_000_000_000L;

    /** Fewer unsent bytes than these are not counted: a head whose records are with the kernel. */
    private static final int COUNTED_BYTES = 1_024;

    /** How many characters of what a client calls itself stand in a line. */
    private static final int MAX_NAME = 100;

    /** The kind of lines about one thing that is not served. */
    private static final String UNSERVED = "unserved ";

    private static final String HTTP_ANSWER =
            """
            HTTP/1.1 400 Bad Request\r
            Content-Type: text/plain; charset=utf-8\r
            Connection: close\r
            \r
            This is a Kafka listener: it speaks the Kafka protocol, not HTTP.
            """;
    private static final VarHandle SIGNALLED;

    static {
        try {
            SIGNALLED =
                    MethodHandles.lookup()
                            .findVarHandle(Connection.class, "signalled", boolean.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final long id;
    private final Channel channel;
    private final EventLoop loop;
    private final LoopState loopState;
    private final ConnectionServices services;
    private final ListenerEndpoint listener;
    private final FrameDecoder decoder;
    private final ReceiveAllocator receiver;
    private final InetSocketAddress localAddress;
    private final String peer;
    private final String host;

    /** Set by authentication once there is any; until then everybody is anonymous. */
    private final Principal principal = Principal.ANONYMOUS;

    private @Nullable SliceWriter writer;
    private @Nullable ChannelHandlerContext ctx;

    /** Requests that are not finished, oldest first. */
    private @Nullable NettyRequest oldest;

    private @Nullable NettyRequest newest;
    private int requests;
    private long requestBytes;

    private boolean pumping;
    private boolean readingTurn;
    private boolean ending;
    private boolean leaving;
    private @Nullable CloseReason closeReason;
    private long readNanos;
    private int begunInTurn;
    private boolean timeNext;

    /** Whether a frame is incomplete through no fault of ours, and since when. */
    private boolean frameBegun;

    private long frameSinceNanos;

    private long discardingSinceNanos = NOT_DISCARDING;

    private long activeNanos;
    private long outputMark;

    /** What of the answers the channel holds and the broker's bound counts. */
    private volatile long unsentBytes;

    private volatile long tookNanos;
    private @Nullable Object headSeen;
    private long headProgress;
    private long pendingSeen;
    private boolean drainMarked;

    /** Whether an answer is held back because the broker's bound is reached. */
    private boolean heldBack;

    private UnsentLimiter.@Nullable Waiter roomWaiter;

    private boolean awaiting;
    private int awaitedBytes;
    private int awaitedFrameBytes;
    private volatile @Nullable Room granted;

    /** What it waits for in the limiter of the heap, if it ever had to. */
    private @Nullable HeapWish heapWish;

    private volatile boolean closed;

    /** What software the client says that it is; null until it says so. */
    private volatile @Nullable String software;

    @SuppressWarnings("unused") // through SIGNALLED
    private volatile boolean signalled;

    Connection(
            long id,
            Channel channel,
            LoopState loopState,
            ListenerEndpoint listener,
            ConnectionServices services) {
        this.id = id;
        this.channel = channel;
        this.loop = loopState.loop();
        this.loopState = loopState;
        this.services = services;
        this.listener = listener;
        this.localAddress = (InetSocketAddress) channel.localAddress();
        InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
        this.host = remote.getAddress().getHostAddress();
        this.peer = host + ":" + remote.getPort();
        this.decoder =
                new FrameDecoder(
                        channel.alloc(), services.limiter(), services.settings().maxRequestBytes());
        this.receiver = new ReceiveAllocator(decoder, this::wantsBytes);
        this.activeNanos = services.clock().nanoTime();
    }

    long id() {
        return id;
    }

    Principal principal() {
        return principal;
    }

    String clientHost() {
        return host;
    }

    InetSocketAddress localAddress() {
        return localAddress;
    }

    ListenerEndpoint listener() {
        return listener;
    }

    boolean closed() {
        return closed;
    }

    long nanoTime() {
        return services.clock().nanoTime();
    }

    boolean inEventLoop() {
        return loop.inEventLoop();
    }

    UnsentLimiter unsent() {
        return services.unsent();
    }

    long maxAnswerBytes() {
        return services.settings().maxResponseBytes();
    }

    ByteBuf directBuffer(int size) {
        return channel.alloc().directBuffer(size, size);
    }

    void countErrors(ApiKey apiKey, ApiMessage response) {
        services.telemetry().errors(apiKey, response);
    }

    boolean isOldest(NettyRequest request) {
        return request.equals(oldest);
    }

    /** Logs that a request failed as nobody expected. Any thread. */
    void failedUnexpectedly(NettyRequest request, Throwable failure) {
        services.peers()
                .failed(
                        host,
                        request.apiKey().apiName(),
                        request.apiKey().apiName()
                                + " "
                                + request.correlationId()
                                + " from "
                                + host
                                + " failed; the client is answered UNKNOWN_SERVER_ERROR",
                        failure);
    }

    /** Logs that a response cannot be sent; the caller closes the connection. Any thread. */
    void unsendable(Throwable failure) {
        services.peers()
                .failed(
                        host,
                        "response",
                        "a response to " + peer + " could not be sent; its connection is closed",
                        failure);
    }

    void execute(Runnable action) {
        try {
            loop.execute(action);
        } catch (RejectedExecutionException stopped) {
            action.run();
        }
    }

    // ---- Netty's calls

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        ctx = context;
        writer =
                new SliceWriter(
                        context,
                        services.telemetry(),
                        services.settings().writeBufferBytes(),
                        this::crowded,
                        this::wake);
        context.channel().config().setRecvByteBufAllocator(receiver);
        loopState.add(this);
        services.telemetry().opened();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (closed || ending) {
            bytes.release();
            decoder.close();
            return;
        }
        if (!readingTurn) {
            readingTurn = true;
            timeNext = true;
        }
        readNanos = nanoTime();
        activeNanos = readNanos;
        decoder.received(bytes);
        pump();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        services.telemetry().received(receiver.bytesOfTurn(), begunInTurn);
        begunInTurn = 0;
        readingTurn = false;
        if (closed) {
            return;
        }
        decoder.readComplete(receiver.bytesOfTurn());
        if (decoder.pendingBytes() > 0 && !frameBegun && !ending) {
            frameBegun = true;
            frameSinceNanos = readNanos;
        }
        flush();
        regulateReading();
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        if (channel.isWritable()) {
            wake();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("the connection from {} failed", peer, cause);
        } else {
            failed(cause);
        }
        end(CloseReason.SOCKET);
    }

    private void failed(Throwable cause) {
        services.peers()
                .failed(
                        host,
                        "connection",
                        "the connection from " + peer + " failed and is closed",
                        cause);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        ended();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        ended();
    }

    private void ended() {
        if (closed) {
            return;
        }
        closed = true;
        ending = true;
        decoder.close();
        if (writer != null) {
            writer.close();
        }
        if (awaiting) {
            services.limiter().withdraw(this);
        }
        countUnsent();
        UnsentLimiter.Waiter waiter = roomWaiter;
        if (waiter != null) {
            services.unsent().withdraw(waiter);
        }
        for (NettyRequest request = oldest; request != null; request = request.next) {
            request.abandoned();
        }
        NettyRequest undecoded = heapWish == null ? null : heapWish.withdraw();
        if (undecoded != null) {
            undecoded.respondNothing();
        }
        finishAnswered();
        loopState.remove(this);
        CloseReason reason = closeReason == null ? CloseReason.CLIENT : closeReason;
        services.telemetry().closed(reason);
        if (reason != CloseReason.CLIENT) {
            ConnectionClosedEvent.happened(reason.text(), clientHost());
        }
        services.connectionClosed();
    }

    // ---- signals

    /**
     * Says that a request has been answered or has passed its ordering point. Any thread.
     *
     * @return false if the event loop is gone, so that nobody will look
     */
    boolean signal() {
        if (pumping && loop.inEventLoop()) {
            return true;
        }
        return wake();
    }

    /** Makes the event loop look at this connection soon. Any thread. */
    boolean wake() {
        if (signalled || !SIGNALLED.compareAndSet(this, false, true)) {
            return true;
        }
        try {
            loop.execute(this);
            return true;
        } catch (RejectedExecutionException stopped) {
            return false;
        }
    }

    /** The event loop's look after a {@link #wake}. */
    @Override
    public void run() {
        SIGNALLED.setVolatile(this, false);
        takeGrant();
        if (closed) {
            finishAnswered();
            return;
        }
        try {
            pump();
            if (!readingTurn && !closed) {
                flush();
            }
        } catch (RuntimeException | Error failure) {
            failed(failure);
            end(CloseReason.SOCKET);
        }
    }

    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            if (heapWish != null) {
                startPutAside(heapWish);
            }
            do {
                decoder.decode(this);
            } while (respond() && decoder.pendingBytes() > 0);
        } catch (FrameException broken) {
            respond();
            refuse(broken);
        } catch (MalformedMessageException broken) {
            respond();
            end(CloseReason.MALFORMED, "a request that cannot be parsed: " + broken.getMessage());
        } finally {
            pumping = false;
        }
        regulateReading();
    }

    // ---- requests

    @Override
    public boolean ready() {
        return !obstructed();
    }

    private boolean obstructed() {
        if (ending
                || closed
                || heldBack
                || (newest != null && (!newest.letsNextStart() || newest.large()))) {
            return true;
        }
        if (requests > 0) {
            NetSettings settings = services.settings();
            if (requests >= settings.maxConnectionRequests()
                    || requestBytes >= settings.maxConnectionInflightBytes()) {
                return true;
            }
            if (!loopState.hasRoom()) {
                loopState.await(this);
                return true;
            }
            if (services.heap().exhausted()) {
                heapWish().awaitRoom();
                return true;
            }
        }
        return writer == null || !writer.hasRoom();
    }

    @Override
    public void frame(FrameChunk chunk, int offset, int length) {
        frameBegun = false;
        NettyRequest request;
        try {
            request = request(chunk, offset, length);
        } catch (RuntimeException unusable) {
            chunk.release();
            throw unusable;
        }
        append(request);
        start(request);
    }

    /**
     * The request of a frame.
     *
     * @throws FrameException if it is for an API or version that is not served
     */
    private NettyRequest request(FrameChunk chunk, int offset, int length) {
        ByteBuffer frame = chunk.view(offset, length);
        RequestHeader header = Frames.readRequestHeader(frame);
        short version = header.requestApiVersion();
        ApiKey apiKey = ApiKey.find(header.requestApiKey());
        if (apiKey == null || !services.router().serves(apiKey)) {
            throw unserved(apiKey, header);
        }
        boolean served = services.router().serves(apiKey, version);
        if (!served && apiKey != ApiKey.API_VERSIONS) {
            throw new FrameException(
                    CloseReason.UNSUPPORTED,
                    client(header.clientId())
                            + " asks for version "
                            + version
                            + " of "
                            + apiKey.apiName()
                            + ", which is not served; ApiVersions lists what is");
        }
        return new NettyRequest(
                this, chunk, frame, apiKey, version, served, header, readNanos, length);
    }

    private FrameException unserved(@Nullable ApiKey apiKey, RequestHeader header) {
        String client = client(header.clientId());
        return apiKey == null
                ? new FrameException(
                        CloseReason.UNSUPPORTED,
                        client
                                + " sends a request with API key "
                                + header.requestApiKey()
                                + ", which is not served; ApiVersions lists what is")
                : new FrameException(
                        CloseReason.UNSUPPORTED,
                        UNSERVED + apiKey.apiName(),
                        client + asksInVain(apiKey, UnservedFeature.of(apiKey).orElse(null)));
    }

    private static String asksInVain(ApiKey apiKey, @Nullable UnservedFeature feature) {
        return " asks for "
                + apiKey.apiName()
                + " (API key "
                + apiKey.id()
                + "), which is not served"
                + (feature == null ? "; ApiVersions lists what is" : ": " + feature.remedy());
    }

    /** The client as lines about it name it: its software, and what it calls itself. */
    private String client(@Nullable String clientId) {
        String name = software == null ? "a client" : software;
        return clientId == null || clientId.isEmpty()
                ? name
                : name + " ('" + shortened(clientId) + "')";
    }

    private static String shortened(String text) {
        return ForeignText.escaped(
                text.length() <= MAX_NAME ? text : text.substring(0, MAX_NAME) + "…");
    }

    /** Notes what software the client is. Any thread. */
    void introduced(String name) {
        software = shortened(name);
    }

    /** Logs that a request is for what is not served. Any thread. */
    void notServed(NettyRequest request, UnservedFeature feature) {
        services.peers()
                .notServed(
                        host,
                        UNSERVED + feature,
                        client(request.clientId())
                                + " at "
                                + peer
                                + asksInVain(request.apiKey(), feature));
    }

    private void append(NettyRequest request) {
        if (newest == null) {
            oldest = request;
        } else {
            newest.next = request;
        }
        newest = request;
        requests++;
        requestBytes += request.sizeInBytes();
        begunInTurn++;
        loopState.requestStarted();
    }

    private void start(NettyRequest request) {
        if (!request.served()) {
            request.respond(services.router().unsupportedApiVersions());
            return;
        }
        long budget = Math.min(services.heap().allowance(), services.settings().maxDecodedBytes());
        start(request, budget, false);
    }

    /** Starts the request that was put aside, if there is heap for it by now. */
    private void startPutAside(HeapWish wish) {
        NettyRequest request = wish.take();
        if (request != null) {
            long reserved = wish.reservedBytes();
            try {
                start(request, reserved, true);
            } finally {
                services.heap().add(-reserved);
                if (!request.grantedHeap()) {
                    services.heap().finished();
                }
            }
        }
    }

    private HeapWish heapWish() {
        HeapWish wish = heapWish;
        if (wish == null) {
            wish = new HeapWish(services.heap(), this::wake);
            heapWish = wish;
        }
        return wish;
    }

    /**
     * Decodes a request and calls its handler.
     *
     * @param budget how much heap it may take
     * @param granted whether that has been reserved for it
     */
    private void start(NettyRequest request, long budget, boolean granted) {
        boolean timed = timeNext;
        timeNext = false;
        long begin = timed ? nanoTime() : 0;
        WireReader reader = new WireReader(request.body(), budget);
        ApiMessage decoded;
        try {
            decoded = services.router().decode(request, reader);
        } catch (OversizedMessageException oversized) {
            long most = services.settings().maxDecodedBytes();
            if (budget < most) {
                long wanted = HeapLimiter.mostDecodedBytes(request.sizeInBytes());
                heapWish()
                        .await(request, Math.min(most, granted ? most : Math.max(wanted, budget)));
                return;
            }
            request.closeConnection(
                    "a request for "
                            + request.apiKey().apiName()
                            + " of version "
                            + request.apiVersion()
                            + " that is too large: "
                            + oversized.getMessage()
                            + "; send less at once, or raise net.max-decoded-bytes, of which at most an eighth of the heap counts");
            closeReason = CloseReason.OVERSIZED;
            return;
        } catch (MalformedMessageException malformed) {
            request.closeConnection(
                    "a "
                            + request.apiKey().apiName()
                            + " request of version "
                            + request.apiVersion()
                            + " that cannot be parsed: "
                            + malformed.getMessage());
            closeReason = CloseReason.MALFORMED;
            return;
        }
        if (timed) {
            long decodedAt = nanoTime();
            services.telemetry().started(begin - request.receivedNanos(), decodedAt - begin);
            request.timedFrom(decodedAt);
        }
        request.decoded(reader.heapBytes(), granted);
        loopState.decoded(reader.heapBytes());
        services.router().handle(request, decoded);
    }

    // ---- responses

    /** Encodes the answers that are next in order; true if a request was finished. */
    private boolean respond() {
        boolean progress = false;
        SliceWriter out = writer;
        if (out == null) {
            return false;
        }
        try {
            out.resume();
            NettyRequest request = oldest;
            while (request != null
                    && request.settled()
                    && !closed
                    && hasRoom(out)
                    && mayEncode(request)) {
                if (!answer(request, out)) {
                    return false;
                }
                remove(request);
                progress = true;
                request = oldest;
                if (request != null) {
                    request.buildWithMemory();
                }
            }
        } catch (RuntimeException | Error failure) {
            unsendable(failure);
            end(CloseReason.RESPONSE);
            return false;
        }
        if (leaving && oldest == null && out.handedOver()) {
            endWhenFlushed(out);
        }
        return progress;
    }

    private boolean hasRoom(SliceWriter out) {
        if (!out.hasRoom()) {
            out.flush();
        }
        return out.hasRoom();
    }

    /**
     * Whether an answer may be encoded though the broker's bound may be reached: a small one to a
     * client that has taken all before, or one whose memory is counted already.
     */
    private boolean mayEncode(NettyRequest request) {
        heldBack = false;
        if (!mustWait(request)) {
            return true;
        }
        flush();
        if (!mustWait(request)) {
            return true;
        }
        heldBack = true;
        if (unsentBytes == 0) {
            services.unsent().await(roomWaiter());
        } else {
            services.unsent().press();
        }
        return false;
    }

    private boolean mustWait(NettyRequest request) {
        return (unsentBytes > 0 || request.large())
                && !request.reserved()
                && services.unsent().exhausted();
    }

    private UnsentLimiter.Waiter roomWaiter() {
        UnsentLimiter.Waiter waiter = roomWaiter;
        if (waiter == null) {
            waiter =
                    new UnsentLimiter.Waiter() {
                        @Override
                        public long wantedBytes() {
                            return 0;
                        }

                        @Override
                        public void granted() {
                            wake();
                        }
                    };
            roomWaiter = waiter;
        }
        return waiter;
    }

    /** Sends an answer; false if the answer is to close the connection. */
    private boolean answer(NettyRequest request, SliceWriter out) {
        String reason = request.closeReason();
        if (reason != null) {
            end(closeReason == null ? CloseReason.HANDLER : closeReason, reason);
            return false;
        }
        ByteBuf encoded = request.takeEncoded();
        ApiMessage response = request.response();
        if (encoded != null) {
            out.write(encoded);
        }
        if (response != null) {
            NettyRequest after = request.next;
            request.sending();
            services.telemetry().errors(request.apiKey(), response);
            out.write(
                    request.apiKey().responseHeaderVersion(request.apiVersion()),
                    request.correlationId(),
                    response,
                    request.apiVersion(),
                    after != null && after.settled());
        }
        if (response != null || encoded != null) {
            if (request.reserved()) {
                flush(); // counts what waits now, before the reservation ends
            }
            if (request.timed()) {
                services.telemetry()
                        .answered(
                                request.apiKey(),
                                request.answeredNanos() - request.receivedNanos(),
                                request.handleNanos(),
                                nanoTime() - request.answeredNanos());
            }
        }
        return true;
    }

    private void remove(NettyRequest request) {
        oldest = request.next;
        if (oldest == null) {
            newest = null;
        }
        request.next = null;
        requests--;
        requestBytes -= request.sizeInBytes();
        finish(request);
    }

    private void finish(NettyRequest request) {
        request.finish();
        loopState.decoded(-request.decodedBytes());
        if (request.grantedHeap()) {
            services.heap().finished();
        }
        loopState.requestFinished();
    }

    private void flush() {
        if (writer != null) {
            writer.flush();
            countUnsent();
        }
    }

    // ---- what the client has not taken

    private long pendingBytes() {
        ChannelOutboundBuffer buffer = closed ? null : channel.unsafe().outboundBuffer();
        return buffer == null ? 0 : buffer.totalPendingWriteBytes();
    }

    /** Whether nothing more is to be copied for this client before it has taken what waits. */
    private boolean crowded() {
        return services.unsent().exhausted() && pendingBytes() >= COUNTED_BYTES;
    }

    /** Tells the broker's bound how many bytes wait for this client. */
    private void countUnsent() {
        long pending = pendingBytes();
        long counted = pending < COUNTED_BYTES ? 0 : pending;
        long before = unsentBytes;
        if (counted != before) {
            unsentBytes = counted;
            changeUnsent(before, counted);
        }
        if (counted > 0) {
            markDrain();
        } else if (!closed && mayGoOn(before)) {
            wake();
        }
    }

    /** Whether something was held back that need not wait any more. */
    private boolean mayGoOn(long unsentBefore) {
        return (heldBack && unsentBefore > 0)
                || (writer != null && !writer.handedOver() && channel.isWritable());
    }

    private void changeUnsent(long before, long counted) {
        UnsentLimiter limiter = services.unsent();
        if (counted > before) {
            limiter.charge(counted - before);
        } else {
            limiter.refund(before - counted);
        }
        if (before == 0) {
            tookNanos = nanoTime();
            noteTaken(tookNanos);
            limiter.add(this);
        } else if (counted == 0) {
            headSeen = null;
            limiter.remove(this);
        }
    }

    /** Has {@link #countUnsent} called when what waits now is with the socket. */
    private void markDrain() {
        if (drainMarked || ctx == null) {
            return;
        }
        drainMarked = true;
        ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
                .addListener(drained -> {
                    drainMarked = false;
                    countUnsent();
                });
    }

    @Override
    public long unsentBytes() {
        return unsentBytes;
    }

    @Override
    public long tookNanos() {
        return tookNanos;
    }

    /** Looks whether the client has taken anything since the last look. */
    @SuppressWarnings("ReferenceEquality") // whether it is the same entry, whatever its bytes
    void noteTaken(long nowNanos) {
        ChannelOutboundBuffer buffer = closed ? null : channel.unsafe().outboundBuffer();
        if (buffer == null || unsentBytes == 0) {
            return;
        }
        Object head = buffer.current();
        long progress = buffer.currentProgress();
        long pending = buffer.totalPendingWriteBytes();
        if (head != headSeen || progress != headProgress || pending < pendingSeen) {
            tookNanos = nowNanos;
        }
        headSeen = head;
        headProgress = progress;
        pendingSeen = pending;
    }

    @Override
    public void tooSlow() {
        execute(this::endIfSlow);
    }

    private void endIfSlow() {
        long now = nanoTime();
        noteTaken(now);
        countUnsent();
        NetSettings settings = services.settings();
        long still = now - tookNanos;
        if (closed || unsentBytes == 0 || still < settings.slowReaderTimeout().toNanos()) {
            return;
        }
        if (!closing()) {
            services.peers()
                    .closing(
                            host,
                            peer,
                            CloseReason.SLOW_READER,
                            "it has taken none of "
                                    + unsentBytes
                                    + " bytes of answers for "
                                    + still / 1_000_000
                                    + " ms while others waited for their memory (net.max-unsent-bytes)");
        }
        closeReason = closeReason == null ? CloseReason.SLOW_READER : closeReason;
        reset();
    }

    /** After the end: releases every request that has been answered, whatever its place. */
    private void finishAnswered() {
        NettyRequest previous = null;
        NettyRequest request = oldest;
        while (request != null) {
            NettyRequest after = request.next;
            if (request.settled()) {
                if (previous == null) {
                    oldest = after;
                } else {
                    previous.next = after;
                }
                finish(request);
            } else {
                previous = request;
            }
            request = after;
        }
        newest = previous;
    }

    // ---- reading

    private boolean wantsBytes() {
        if (discarding()) {
            return channel.config().isAutoRead();
        }
        return !ending && decoder.wantedBytes() == 0 && !blocked() && channel.config().isAutoRead();
    }

    /** Whether bytes have arrived that cannot be worked on yet. */
    private boolean blocked() {
        return decoder.pendingBytes() > 0 && obstructed();
    }

    /** Turns reading off while frames wait here or memory is short, and on again. */
    private void regulateReading() {
        if (closed) {
            return;
        }
        boolean read = discarding() || (!ending && !blocked() && !memoryIsShort());
        if (!read) {
            frameBegun = false;
        } else if (!frameBegun && !ending && !readingTurn && decoder.pendingBytes() > 0) {
            // it waited for us, and now we wait for the rest
            frameBegun = true;
            frameSinceNanos = nanoTime();
        }
        if (read != channel.config().isAutoRead()) {
            channel.config().setAutoRead(read);
        }
    }

    private boolean memoryIsShort() {
        int wanted = decoder.wantedBytes();
        if (wanted == 0 && (requests == 0 || !services.limiter().exhausted())) {
            return false;
        }
        if (awaiting && wanted > 0 && awaitedBytes == 0 && services.limiter().withdraw(this)) {
            awaiting = false; // it only asked to be told, and now it needs a place in line
        }
        if (!awaiting) {
            awaiting = true;
            awaitedBytes = wanted;
            awaitedFrameBytes = decoder.wantedFrameBytes();
            services.limiter().await(this);
            if (services.limiter().contended()) {
                services.memoryShort();
            }
        }
        return true;
    }

    @Override
    public int wantedBytes() {
        return awaitedBytes;
    }

    @Override
    public int frameBytes() {
        return awaitedFrameBytes;
    }

    @Override
    public void granted(Room room) {
        granted = room;
        wake();
    }

    private void takeGrant() {
        Room room = granted;
        if (room == null) {
            return;
        }
        granted = null;
        awaiting = false;
        if (awaitedBytes > 0) {
            decoder.granted(room, awaitedBytes, awaitedFrameBytes);
        }
    }

    /** Gives back memory that its client has not filled, because others wait for some. */
    void reclaim() {
        if (!closed) {
            decoder.reclaim();
        }
    }

    // ---- the end

    /** Takes no more requests, and closes when those in flight are answered. */
    void leave() {
        leaving = true;
        ending = true;
        wake();
    }

    /** Closes at once, answered or not. */
    void abort() {
        end(CloseReason.SHUTDOWN);
    }

    /** Resets the connection: what was not sent is lost, and the client is told at once. */
    void reset() {
        if (closed || ctx == null) {
            return;
        }
        ending = true;
        leaving = false;
        if (closeReason == null) {
            closeReason = CloseReason.SHUTDOWN;
        }
        if (ctx.channel().isOpen()) { // it may have failed a moment ago
            ctx.channel().config().setOption(ChannelOption.SO_LINGER, 0);
        }
        var _ = ctx.close();
    }

    /** Closes the connection if nothing has moved for too long. */
    void sweep(long nowNanos) {
        if (closed) {
            return;
        }
        if (discarding() && nowNanos - discardingSinceNanos >= DISCARD_NANOS) {
            end(CloseReason.HTTP);
            return;
        }
        NetSettings settings = services.settings();
        if (frameBegun && nowNanos - frameSinceNanos >= settings.frameTimeout().toNanos()) {
            end(
                    CloseReason.SLOW_FRAME,
                    "a request that did not arrive in full within "
                            + settings.frameTimeout().toMillis()
                            + " ms of its first byte (net.frame-timeout)");
            return;
        }
        long still = nowNanos - Math.max(readNanos, frameSinceNanos);
        if (frameBegun
                && services.limiter().contended()
                && still >= settings.stallTimeout().toNanos()) {
            end(
                    CloseReason.SLOW_FRAME,
                    "a request that stopped arriving for "
                            + settings.stallTimeout().toMillis()
                            + " ms while others waited for its memory (net.stall-timeout)");
            return;
        }
        if (services.limiter().contended()) {
            decoder.reclaim();
        }
        long mark = outputMark();
        if (mark != outputMark) {
            outputMark = mark;
            activeNanos = nowNanos;
        }
        if (holdsUp() && nowNanos - activeNanos >= settings.stallTimeout().toNanos()) {
            end(
                    CloseReason.IDLE,
                    "a client that took nothing of its responses for "
                            + settings.stallTimeout().toMillis()
                            + " ms while others waited for the memory of its requests (net.stall-timeout)");
            return;
        }
        if (nowNanos - activeNanos >= settings.idleTimeout().toNanos()) {
            LOG.debug("closing the connection from {}: idle", peer);
            end(CloseReason.IDLE);
        }
    }

    /** Whether frames wait here for their client to read, and others for their memory. */
    private boolean holdsUp() {
        return services.limiter().contended()
                && decoder.pendingBytes() > 0
                && writer != null
                && !writer.hasRoom();
    }

    /** A number that changes when the socket takes bytes. */
    private long outputMark() {
        ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
        return buffer == null || buffer.isEmpty()
                ? 0
                : 1
                        + buffer.totalPendingWriteBytes() * 31
                        + buffer.currentProgress() * 17
                        + buffer.size();
    }

    private void refuse(FrameException broken) {
        if (broken.reason() == CloseReason.HTTP
                && ctx != null
                && channel instanceof DuplexChannel socket) {
            answerHttp(ctx, socket, String.valueOf(broken.getMessage()));
        } else {
            end(broken.reason(), broken.kind(), String.valueOf(broken.getMessage()));
        }
    }

    /**
     * Sends a line of text and no more, and throws away what still comes: closing at once would
     * reset the connection under a client that is still sending, which then never reads the line.
     */
    private void answerHttp(ChannelHandlerContext to, DuplexChannel socket, String what) {
        services.peers().closing(host, peer, CloseReason.HTTP, what);
        closeReason = CloseReason.HTTP;
        ending = true;
        decoder.close();
        discardingSinceNanos = nanoTime();
        to.writeAndFlush(Unpooled.copiedBuffer(HTTP_ANSWER, StandardCharsets.US_ASCII))
                .addListener(sent -> {
                    var _ = socket.shutdownOutput();
                });
    }

    private boolean discarding() {
        return discardingSinceNanos != NOT_DISCARDING && !closed;
    }

    private void end(CloseReason reason, String what) {
        end(reason, reason.text(), what);
    }

    private void end(CloseReason reason, String kind, String what) {
        if (!closed && !closing()) {
            services.peers().closing(host, peer, kind, what);
        }
        end(reason);
    }

    private boolean closing() {
        return ending && !leaving;
    }

    private void endWhenFlushed(SliceWriter out) {
        leaving = false;
        out.flush();
        if (ctx != null) {
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER)
                    .addListener(flushed -> end(CloseReason.SHUTDOWN));
        }
    }

    /** Closes now; what was encoded before goes out as far as the socket takes it at once. */
    private void end(CloseReason reason) {
        if (closed || ctx == null) {
            return;
        }
        ending = true;
        leaving = false;
        if (closeReason == null) {
            closeReason = reason;
        }
        flush();
        ctx.flush();
        var _ = ctx.close();
    }
}
