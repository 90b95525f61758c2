package mortise.broker.partition;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import mortise.api.HostPort;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestContext;
import mortise.spi.auth.Principal;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import org.jspecify.annotations.Nullable;

/** A request without a network. Actions for the event loop run at once, or when a test says so. */
public class FakeRequest implements RequestContext {
    private final ApiKey key;
    private final short version;
    private final @Nullable ArrayDeque<Runnable> loop;
    private volatile @Nullable ApiMessage response;
    private volatile boolean nothing;
    private volatile @Nullable String closed;
    private volatile boolean ordered;
    private volatile boolean connectionClosed;
    private volatile @Nullable Runnable whenClosed;
    private String clientId = "test";
    private final CountDownLatch given = new CountDownLatch(1);
    private int answers;

    public FakeRequest(ApiKey key, int version) {
        this(key, version, null);
    }

    public FakeRequest(ApiKey key, int version, @Nullable ArrayDeque<Runnable> loop) {
        this.key = key;
        this.version = (short) version;
        this.loop = loop;
    }

    /** Gives the client a name. */
    public FakeRequest from(String client) {
        clientId = client;
        return this;
    }

    /** The answer. */
    public <T extends ApiMessage> T answer(Class<T> type) {
        ApiMessage given = response;
        if (given == null) {
            throw new AssertionError("not answered");
        }
        return type.cast(given);
    }

    public boolean answered() {
        return response != null || nothing || closed != null;
    }

    public boolean answeredNothing() {
        return nothing;
    }

    public @Nullable String closed() {
        return closed;
    }

    public boolean ordered() {
        return ordered;
    }

    private synchronized void answering() {
        answers++;
        ordered = true;
        if (answers > 1) {
            throw new AssertionError("answered twice");
        }
    }

    @Override
    public ApiKey apiKey() {
        return key;
    }

    @Override
    public short apiVersion() {
        return version;
    }

    @Override
    public int correlationId() {
        return 1;
    }

    @Override
    public @Nullable String clientId() {
        return clientId;
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
        return 1;
    }

    @Override
    public InetSocketAddress localAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 9092);
    }

    @Override
    public ListenerEndpoint listener() {
        return new ListenerEndpoint("PLAINTEXT", new HostPort("127.0.0.1", 9092), null);
    }

    @Override
    public long receivedNanos() {
        return 0;
    }

    @Override
    public int sizeInBytes() {
        return 0;
    }

    @Override
    public ByteBuffer body() {
        return ByteBuffer.allocate(0);
    }

    @Override
    public boolean connectionClosed() {
        return connectionClosed;
    }

    @Override
    public void whenConnectionClosed(Runnable action) {
        whenClosed = action;
    }

    /** Closes the connection, answered or not. */
    public void closeByPeer() {
        connectionClosed = true;
        Runnable action = whenClosed;
        if (action != null) {
            action.run();
        }
    }

    @Override
    public void retain() {}

    @Override
    public void release() {}

    @Override
    public void orderingPointPassed() {
        ordered = true;
    }

    @Override
    public void respond(ApiMessage message) {
        answering();
        response = message;
        given.countDown();
    }

    /** Waits for the answer; false if it takes too long. */
    public boolean awaitAnswer(Duration patience) throws InterruptedException {
        return given.await(patience.toNanos(), TimeUnit.NANOSECONDS);
    }

    @Override
    public void respondNothing() {
        answering();
        nothing = true;
    }

    @Override
    public void closeConnection(String reason) {
        answering();
        closed = reason;
    }

    @Override
    public void execute(Runnable action) {
        if (loop == null) {
            action.run();
        } else {
            loop.add(action);
        }
    }
}
