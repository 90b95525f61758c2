package mortise.client;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.Frames;
import mortise.wire.MalformedMessageException;
import mortise.wire.OversizedMessageException;
import mortise.wire.WireReader;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.ApiVersionsResponse;
import mortise.wire.message.RequestHeader;
import mortise.wire.message.ResponseHeader;
import org.jspecify.annotations.Nullable;

/**
 * One blocking connection to one broker. It asks for the broker's versions first and then sends
 * each request in the newest version that both sides know. Confined to one thread at a time.
 */
public final class BrokerConnection implements AutoCloseable {
    private static final int LARGEST_RESPONSE = 512 << 20;

    private final HostPort address;
    private final String clientId;
    private final Duration timeout;
    private final Socket socket;
    private final DataInputStream input;
    private final OutputStream output;
    private final Map<ApiKey, Short> versions = new EnumMap<>(ApiKey.class);
    private int nextCorrelationId;

    private BrokerConnection(HostPort address, String clientId, Duration timeout, Socket socket)
            throws IOException {
        this.address = address;
        this.clientId = clientId;
        this.timeout = timeout;
        this.socket = socket;
        this.input = new DataInputStream(socket.getInputStream());
        this.output = socket.getOutputStream();
    }

    /**
     * Connects and agrees on versions.
     *
     * @param timeout for connecting, and for each answer
     * @throws ConnectionFailedException if nobody answers there, or not in the Kafka protocol
     */
    public static BrokerConnection open(HostPort address, String clientId, Duration timeout) {
        int timeoutMillis = Math.toIntExact(timeout.toMillis());
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(timeoutMillis);
            InetSocketAddress target = new InetSocketAddress(address.host(), address.port());
            if (target.isUnresolved()) {
                throw new UnknownHostException(address.host());
            }
            socket.connect(target, timeoutMillis);
            BrokerConnection connection = new BrokerConnection(address, clientId, timeout, socket);
            connection.negotiate();
            return connection;
        } catch (IOException failure) {
            closeQuietly(socket);
            throw ConnectionFailedException.connecting(address, timeout, failure);
        } catch (RuntimeException failure) {
            closeQuietly(socket);
            throw failure;
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException alreadyFailing) {
            // the failure that led here is the one to report
        }
    }

    private void negotiate() {
        short newest = ApiKey.API_VERSIONS.highestVersion();
        ApiVersionsResponse answer = askVersions(newest);
        if (answer.errorCode() == ErrorCode.UNSUPPORTED_VERSION.code()) {
            short known =
                    answer.apiKeys().stream()
                            .filter(range -> range.apiKey() == ApiKey.API_VERSIONS.id())
                            .map(ApiVersionsResponse.ApiVersion::maxVersion)
                            .findFirst()
                            .orElse((short) 0);
            answer = askVersions(known);
        }
        BrokerErrorException.check(
                answer.errorCode(), "asking " + address + " for its versions", null);
        for (ApiVersionsResponse.ApiVersion range : answer.apiKeys()) {
            ApiKey key = ApiKey.find(range.apiKey());
            if (key != null) {
                short common = (short) Math.min(range.maxVersion(), key.highestVersion());
                if (common >= Math.max(range.minVersion(), key.lowestVersion())) {
                    versions.put(key, common);
                }
            }
        }
    }

    private ApiVersionsResponse askVersions(short version) {
        ApiVersionsRequest request =
                new ApiVersionsRequest()
                        .clientSoftwareName("mortise")
                        .clientSoftwareVersion("0.1.0");
        send(ApiKey.API_VERSIONS, request, version);
        ByteBuffer frame = receive(ApiKey.API_VERSIONS);
        ApiVersionsResponse response = new ApiVersionsResponse();
        // a broker that does not know the version answers with version 0 of the body, whatever was
        // asked
        boolean older =
                frame.remaining() >= 6
                        && frame.getShort(frame.position() + 4)
                                == ErrorCode.UNSUPPORTED_VERSION.code();
        parse(ApiKey.API_VERSIONS, frame, response, older ? 0 : version);
        return response;
    }

    /**
     * The version in which requests of this API are sent; nothing if the broker does not serve it.
     */
    public @Nullable Short version(ApiKey key) {
        return versions.get(key);
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @throws BrokerErrorException if the broker does not serve the API
     * @throws ConnectionFailedException if the connection breaks or the answer is late
     */
    public <R extends ApiMessage> R call(ApiKey key, ApiMessage request, Class<R> responseType) {
        short version = send(key, request);
        return responseType.cast(answer(key, version));
    }

    /**
     * Sends a request and does not wait; answers come in the order of the requests. Returns the
     * version used.
     */
    public short send(ApiKey key, ApiMessage request) {
        Short version = versions.get(key);
        if (version == null) {
            throw new BrokerErrorException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    address
                            + " does not serve "
                            + key.apiName()
                            + " in a version that this client knows");
        }
        send(key, request, version);
        return version;
    }

    /** Waits for the answer to the oldest request that has none. */
    public ApiMessage answer(ApiKey key, short version) {
        ApiMessage response = key.newResponse();
        parse(key, receive(key), response, version);
        return response;
    }

    private void send(ApiKey key, ApiMessage request, short version) {
        RequestHeader header =
                new RequestHeader()
                        .requestApiKey(key.id())
                        .requestApiVersion(version)
                        .correlationId(nextCorrelationId++)
                        .clientId(clientId);
        ByteBuffer frame =
                Frames.encode(key.requestHeaderVersion(version), header, request, version);
        try {
            output.write(frame.array(), frame.arrayOffset() + frame.position(), frame.remaining());
        } catch (IOException failure) {
            throw talking(key, failure);
        }
    }

    private ByteBuffer receive(ApiKey key) {
        try {
            int length = input.readInt();
            if (length < 4 || length > LARGEST_RESPONSE) {
                throw ConnectionFailedException.notKafka(
                        address,
                        "its answer to " + key.apiName() + " begins with " + shown(length));
            }
            byte[] frame = new byte[length];
            input.readFully(frame);
            return ByteBuffer.wrap(frame);
        } catch (IOException failure) {
            throw talking(key, failure);
        }
    }

    private ConnectionFailedException talking(ApiKey key, IOException failure) {
        return ConnectionFailedException.talking(
                address, key, versions.isEmpty(), timeout, failure);
    }

    /** Four bytes as text if they are that, else as the length that they stand for. */
    private static String shown(int word) {
        byte[] bytes = ByteBuffer.allocate(4).putInt(word).array();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.chars().allMatch(letter -> letter >= ' ' && letter < 127)
                ? "'" + text + "'"
                : "a length of " + word;
    }

    private void parse(ApiKey key, ByteBuffer frame, ApiMessage response, int version) {
        try {
            WireReader reader = new WireReader(frame);
            new ResponseHeader().read(reader, key.responseHeaderVersion((short) version));
            response.read(reader, (short) version);
        } catch (MalformedMessageException malformed) {
            throw ConnectionFailedException.notKafka(
                    address,
                    "its answer to "
                            + key.apiName()
                            + " cannot be parsed: "
                            + malformed.getMessage());
        } catch (OversizedMessageException oversized) {
            throw ConnectionFailedException.oversized(address, key, oversized);
        }
    }

    /** Where it leads. */
    public HostPort address() {
        return address;
    }

    /** Closes the connection. */
    @Override
    public void close() {
        closeQuietly(socket);
    }
}
