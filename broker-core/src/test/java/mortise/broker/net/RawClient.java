package mortise.broker.net;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.WireReader;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;

/** A client that sees every byte: a socket, and the frames on it. */
final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 20_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    private RawClient(Socket socket) throws IOException {
        this.socket = socket;
        this.out = socket.getOutputStream();
        this.in = new DataInputStream(socket.getInputStream());
    }

    static RawClient connect(int port) {
        return connect(port, 0);
    }

    /** A client whose socket takes about so many bytes before it is read; 0 leaves the default. */
    static RawClient connect(int port, int receiveBufferBytes) {
        try {
            Socket socket = new Socket();
            if (receiveBufferBytes > 0) {
                socket.setReceiveBufferSize(receiveBufferBytes);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MILLIS);
            return new RawClient(socket);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A request as bytes with its length in front. */
    static byte[] frame(ApiKey key, int version, int correlationId, ApiMessage body) {
        short apiVersion = (short) version;
        ByteBuffer frame =
                Frames.encode(
                        key.requestHeaderVersion(apiVersion),
                        new RequestHeader()
                                .requestApiKey(key.id())
                                .requestApiVersion(apiVersion)
                                .correlationId(correlationId)
                                .clientId("raw"),
                        body,
                        apiVersion);
        byte[] bytes = new byte[frame.remaining()];
        frame.get(bytes);
        return bytes;
    }

    void send(byte[] bytes) {
        send(bytes, 0, bytes.length);
    }

    void send(byte[] bytes, int offset, int length) {
        try {
            out.write(bytes, offset, length);
            out.flush();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** A response frame without its length. */
    ByteBuffer receive() {
        try {
            byte[] frame = new byte[in.readInt()];
            in.readFully(frame);
            return ByteBuffer.wrap(frame);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** The correlation ID of the next response. */
    int receiveCorrelationId() {
        return receive().getInt();
    }

    /** The next response, which must be this API's. */
    <R extends ApiMessage> R receive(ApiKey key, int version, Class<R> type) {
        WireReader reader = new WireReader(receive());
        new ResponseHeader().read(reader, key.responseHeaderVersion((short) version));
        ApiMessage response = key.newResponse();
        response.read(reader, (short) version);
        reader.requireEnd(key.apiName());
        return type.cast(response);
    }

    byte[] receiveUntilClosed() {
        try {
            return in.readAllBytes();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    /** Whether the server has closed the connection; waits for it to do one or the other. */
    boolean closedByServer() {
        try {
            return in.read() < 0;
        } catch (EOFException end) {
            return true;
        } catch (IOException reset) {
            return !(reset instanceof java.net.SocketTimeoutException);
        }
    }

    /** Closes the socket in the middle of whatever is going on. */
    void hangUp() {
        try {
            socket.close();
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    Socket socket() {
        return socket;
    }

    @Override
    public void close() {
        hangUp();
    }
}
