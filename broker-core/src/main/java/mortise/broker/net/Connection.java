package mortise.broker.net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.telemetry.ConnectionClosedEvent;
import mortise.spi.auth.Principal;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.MalformedMessageException;
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
final class Connection extends ChannelInboundHandlerAdapter implements Runnable, FrameDecoder.Sink {
    private static final Logger LOG = LoggerFactory.getLogger(Connection.class);
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
    private final Peer peer;
    private final PeerProgress progress;
    private final Reading reading;
    private final UnsentAnswers unsent;
    private final RequestQueue requests = new RequestQueue();
    private final RequestStarter starter;
    private final ConnectionEnd end;
    private final Responses responses;

    /** Set by authentication once there is any; until then everybody is anonymous. */
    private final Principal principal = Principal.ANONYMOUS;

    private @Nullable SliceWriter writer;

    private boolean pumping;
    private boolean readingTurn;
    private int begunInTurn;

    private volatile boolean closed;

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
        this.peer = new Peer(channel, services.peers());
        this.decoder =
                new FrameDecoder(
                        channel.alloc(), services.limiter(), services.bounds().maxRequestBytes());
        this.receiver = new ReceiveAllocator(decoder, this::wantsBytes);
        this.progress = new PeerProgress(services.bounds().timeouts(), channel, nanoTime());
        this.reading =
                new Reading(
                        services.limiter(),
                        decoder,
                        channel.config(),
                        this::wake,
                        services.server()::memoryShort);
        this.end = new ConnectionEnd(this, channel);
        this.starter = new RequestStarter(services, loopState, this::wake);
        this.unsent = new UnsentAnswers(this, channel, services.unsent(), services.clock());
        this.responses = new Responses(this, services, loopState, requests, unsent, end);
    }

    long id() {
        return id;
    }

    Principal principal() {
        return principal;
    }

    /** Who is at the other end. */
    Peer peer() {
        return peer;
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
        return services.bounds().maxResponseBytes();
    }

    ByteBuf directBuffer(int size) {
        return channel.alloc().directBuffer(size, size);
    }

    void countErrors(ApiKey apiKey, ApiMessage response) {
        services.telemetry().errors(apiKey, response);
    }

    boolean isOldest(NettyRequest request) {
        return requests.isOldest(request);
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
        writer =
                new SliceWriter(
                        context,
                        services.telemetry(),
                        services.bounds().writeBufferBytes(),
                        unsent::crowded,
                        this::wake);
        context.channel().config().setRecvByteBufAllocator(receiver);
        loopState.add(this);
        services.telemetry().opened();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (closed || end.begun()) {
            bytes.release();
            decoder.close();
            return;
        }
        if (!readingTurn) {
            readingTurn = true;
            starter.timeNext();
        }
        progress.received(nanoTime());
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
        if (decoder.pendingBytes() > 0 && !end.begun()) {
            progress.frameBegun();
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
            peer.failed(cause);
        }
        end.now(CloseReason.SOCKET);
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
        decoder.close();
        if (writer != null) {
            writer.close();
        }
        reading.ended();
        unsent.ended();
        requests.abandon();
        NettyRequest undecoded = starter.withdraw();
        if (undecoded != null) {
            undecoded.respondNothing();
        }
        responses.finishSettled();
        loopState.remove(this);
        CloseReason reason = end.reason();
        services.telemetry().closed(reason);
        if (reason != CloseReason.CLIENT) {
            ConnectionClosedEvent.happened(reason.text(), peer.host());
        }
        services.server().connectionClosed();
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
        reading.takeGrant();
        if (closed) {
            responses.finishSettled();
            return;
        }
        try {
            pump();
            if (!readingTurn && !closed) {
                flush();
            }
        } catch (RuntimeException | Error failure) {
            peer.failed(failure);
            end.now(CloseReason.SOCKET);
        }
    }

    private void pump() {
        if (pumping) {
            return;
        }
        pumping = true;
        try {
            starter.startPutAside();
            do {
                decoder.decode(this);
            } while (respond() && decoder.pendingBytes() > 0);
        } catch (FrameException broken) {
            respond();
            if (broken.reason() == CloseReason.HTTP) {
                decoder.close();
            }
            end.refuse(broken, nanoTime());
        } catch (MalformedMessageException broken) {
            respond();
            end.now(
                    CloseReason.MALFORMED,
                    "a request that cannot be parsed: " + broken.getMessage());
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
        NettyRequest newest = requests.newest();
        if (end.begun()
                || closed
                || unsent.heldBack()
                || (newest != null && (!newest.letsNextStart() || newest.large()))) {
            return true;
        }
        if (newest != null) {
            ConnectionBounds bounds = services.bounds();
            if (requests.size() >= bounds.maxRequests()
                    || requests.bytes() >= bounds.maxInflightBytes()) {
                return true;
            }
            if (!loopState.hasRoom()) {
                loopState.await(this);
                return true;
            }
            if (services.heap().exhausted()) {
                starter.awaitHeap();
                return true;
            }
        }
        return writer == null || !writer.hasRoom();
    }

    @Override
    public void frame(FrameChunk chunk, int offset, int length) {
        progress.frameDone();
        NettyRequest request;
        try {
            request = request(chunk, offset, length);
        } catch (RuntimeException unusable) {
            chunk.release();
            throw unusable;
        }
        requests.add(request);
        begunInTurn++;
        loopState.requestStarted();
        starter.start(request);
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
            throw peer.unserved(apiKey, header);
        }
        boolean served = services.router().serves(apiKey, version);
        if (!served && apiKey != ApiKey.API_VERSIONS) {
            throw peer.unservedVersion(apiKey, header);
        }
        return new NettyRequest(
                this,
                new RequestFrame(
                        chunk, frame, apiKey, header, served, progress.readNanos(), length));
    }

    // ---- responses

    private boolean respond() {
        return writer != null && responses.send(writer);
    }

    /** Sends what is encoded. */
    void flush() {
        flush(0);
    }

    /** Sends what is encoded; what still waits then is counted in the place of a reservation. */
    void flush(long reservedBytes) {
        try {
            if (writer != null) {
                writer.flush();
            }
        } finally {
            unsent.count(reservedBytes);
        }
    }

    /** Whether the writer holds answers back that the socket would take. */
    boolean hasMoreToWrite() {
        return writer != null && !writer.handedOver() && channel.isWritable();
    }

    /** Looks whether the client has taken any of its answers since the last look. */
    void noteTaken(long nowNanos) {
        unsent.noteTaken(nowNanos);
    }

    /** Resets the connection unless its client has moved meanwhile. */
    void endIfSlow() {
        Duration still = unsent.standsStill(services.bounds().timeouts().slowReader());
        if (closed || still == null) {
            return;
        }
        end.reset(
                CloseReason.SLOW_READER,
                "it has taken none of "
                        + unsent.unsentBytes()
                        + " bytes of answers for "
                        + still.toMillis()
                        + " ms while others waited for their memory (net.max-unsent-bytes)");
    }

    // ---- reading

    private boolean wantsBytes() {
        if (end.discarding()) {
            return reading.on();
        }
        return !end.begun() && decoder.wantedBytes() == 0 && !blocked() && reading.on();
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
        boolean read =
                end.discarding()
                        || (!end.begun()
                                && !blocked()
                                && !reading.memoryIsShort(!requests.isEmpty()));
        if (!read) {
            progress.frameDone();
        } else if (!end.begun() && !readingTurn && decoder.pendingBytes() > 0) {
            // it waited for us, and now we wait for the rest
            progress.frameBegun(nanoTime());
        }
        reading.turn(read);
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
        end.leave();
        wake();
    }

    /** Closes at once, answered or not. */
    void abort() {
        end.now(CloseReason.SHUTDOWN);
    }

    /** Resets the connection: what was not sent is lost, and the client is told at once. */
    void reset() {
        end.reset(CloseReason.SHUTDOWN);
    }

    /** Closes the connection if nothing has moved for too long. */
    void sweep(long nowNanos) {
        if (closed) {
            return;
        }
        if (end.discarded(nowNanos)) {
            end.now(CloseReason.HTTP);
            return;
        }
        boolean contended = services.limiter().contended();
        if (contended) {
            decoder.reclaim();
        }
        PeerProgress.Stall stall = progress.stalled(nowNanos, contended, contended && holdsUp());
        if (stall == null) {
            return;
        }
        if (stall.what() == null) {
            LOG.debug("closing the connection from {}: {}", peer, stall.reason().text());
            end.now(stall.reason());
        } else {
            end.now(stall.reason(), stall.what());
        }
    }

    /** Whether frames wait here for their client to take answers. */
    private boolean holdsUp() {
        return decoder.pendingBytes() > 0 && writer != null && !writer.hasRoom();
    }
}
