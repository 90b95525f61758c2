package mortise.broker.cluster.api;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import mortise.api.HostPort;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestContext;
import mortise.spi.auth.Principal;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.MessageSize;
import mortise.wire.WireReader;
import mortise.wire.WireWriter;
import org.jspecify.annotations.Nullable;

/** A request without a connection. Its answer went over the wire in the request's version. */
final class TestRequest implements RequestContext {
    private final ApiKey key;
    private final short version;
    private final ListenerEndpoint listener;
    private @Nullable ApiMessage response;

    TestRequest(ApiKey key, int version, @Nullable HostPort advertised) {
        this.key = key;
        this.version = (short) version;
        this.listener =
                new ListenerEndpoint("PLAINTEXT", new HostPort("0.0.0.0", 9092), advertised);
    }

    /** A message as the other side reads it. */
    @SuppressWarnings("unchecked")
    static <M extends ApiMessage> M overTheWire(M message, M empty, short version) {
        MessageSize size = new MessageSize();
        message.measure(size, version);
        ByteBuffer bytes = ByteBuffer.allocate(size.totalBytes());
        message.write(new WireWriter(bytes), size, version);
        WireReader reader = new WireReader(bytes.flip());
        empty.read(reader, version);
        reader.requireEnd(message.getClass().getSimpleName());
        return empty;
    }

    boolean answered() {
        return response != null;
    }

    ApiMessage response() {
        if (response == null) {
            throw new AssertionError(key + " was not answered");
        }
        return response;
    }

    @Override
    public void respond(ApiMessage answer) {
        if (response != null) {
            throw new AssertionError(key + " was answered twice");
        }
        response = overTheWire(answer, key.newResponse(), version);
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
    public String clientId() {
        return "test";
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
        return new InetSocketAddress("127.0.0.7", 9777);
    }

    @Override
    public ListenerEndpoint listener() {
        return listener;
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
        return false;
    }

    @Override
    public void whenConnectionClosed(Runnable action) {}

    @Override
    public void retain() {}

    @Override
    public void release() {}

    @Override
    public void orderingPointPassed() {}

    @Override
    public void respondNothing() {
        throw new AssertionError("cluster APIs always answer");
    }

    @Override
    public void closeConnection(String reason) {
        throw new AssertionError(reason);
    }

    @Override
    public void execute(Runnable action) {
        action.run();
    }
}
