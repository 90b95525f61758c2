package mortise.dist;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import mortise.api.HostPort;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.WireReader;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;

/**
 * A connection on which every byte is the test's. It may come from any address of the loopback
 * network, because the broker logs one line per address and kind.
 */
final class ByteConnection implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 60_000;

    private final Socket socket;
    private final DataInputStream in;

    private ByteConnection(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    static ByteConnection to(String bootstrap) {
        return from("127.0.0.1", bootstrap, 0);
    }

    /**
     * Connects.
     *
     * @param from which address of this machine to come from
     * @param receiveBufferBytes what the socket takes before it is read; 0 leaves the default
     */
    static ByteConnection from(String from, String bootstrap, int receiveBufferBytes) {
        HostPort address = HostPort.parse(bootstrap);
        Socket socket = new Socket();
        try {
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(new InetSocketAddress(address.host(), address.port()), TIMEOUT_MILLIS);
            return new ByteConnection(socket);
        } catch (IOException failure) {
            throw new UncheckedIOException("connecting to " + bootstrap, failure);
        }
    }

    static byte[] frame(ApiKey key, int version, int correlationId, ApiMessage body) {
        ByteBuffer frame =
                Frames.encode(
                        key.requestHeaderVersion((short) version),
                        new RequestHeader()
                                .requestApiKey(key.id())
                                .requestApiVersion((short) version)
                                .correlationId(correlationId)
                                .clientId("raw"),
                        body,
                        (short) version);
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    ByteConnection send(byte... bytes) {
        try {
            socket.getOutputStream().write(bytes);
            return this;
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    <R extends ApiMessage> R call(ApiKey key, int version, ApiMessage request, Class<R> type) {
        send(frame(key, version, 1, request));
        WireReader reader = new WireReader(receive());
        new ResponseHeader().read(reader, key.responseHeaderVersion((short) version));
        ApiMessage response = key.newResponse();
        response.read(reader, (short) version);
        return type.cast(response);
    }

    /** The next response, without its length. */
    ByteBuffer receive() {
        try {
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return ByteBuffer.wrap(frame);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Everything until the broker closes. */
    byte[] readToEnd() {
        try {
            return in.readAllBytes();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
