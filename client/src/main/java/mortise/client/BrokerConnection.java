package mortise.client;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
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
 * One connection to one broker, with one request at a time. It asks for the broker's versions first
 * and then sends each request in the newest version that both sides know. Confined to one thread at
 * a time.
 *
 * <p>A call that ends without its answer closes the connection: an answer that comes late is never
 * taken for that of the next request.
 */
public final class BrokerConnection implements AutoCloseable {
    /** The longest answer that is read; more would not fit into the memory of a small tool. */
    static final int LONGEST_ANSWER = 64 << 20;

    private static final int FIRST_CHUNK = 64 << 10;

    private final HostPort address;
    private final String clientId;
    private final Duration timeout;
    private final ClientTime time;
    private final DeadlineChannel channel;
    private final Map<ApiKey, Short> versions = new EnumMap<>(ApiKey.class);
    private int nextCorrelationId;

    private BrokerConnection(
            HostPort address,
            String clientId,
            Duration timeout,
            ClientTime time,
            DeadlineChannel channel) {
        this.address = address;
        this.clientId = clientId;
        this.timeout = timeout;
        this.time = time;
        this.channel = channel;
    }

    /**
     * Connects and agrees on versions.
     *
     * @param timeout for all of that, and then for each call
     * @throws ConnectionFailedException if nobody answers there, or not in the Kafka protocol
     */
    public static BrokerConnection open(HostPort address, String clientId, Duration timeout) {
        ClientTime time = ClientTime.system();
        return open(address, clientId, timeout, time, Deadline.after(time, timeout));
    }

    static BrokerConnection open(
            HostPort address,
            String clientId,
            Duration timeout,
            ClientTime time,
            Deadline deadline) {
        DeadlineChannel channel;
        try {
            InetSocketAddress target = new InetSocketAddress(address.host(), address.port());
            if (target.isUnresolved()) {
                throw new UnknownHostException(address.host());
            }
            channel = DeadlineChannel.connect(target, deadline);
        } catch (IOException failure) {
            throw ConnectionFailedException.connecting(address, deadline.timeout(), failure);
        }
        BrokerConnection connection =
                new BrokerConnection(address, clientId, timeout, time, channel);
        boolean agreed = false;
        try {
            connection.negotiate(deadline);
            agreed = true;
            return connection;
        } finally {
            if (!agreed) {
                connection.close();
            }
        }
    }

    private void negotiate(Deadline deadline) {
        short newest = ApiKey.API_VERSIONS.highestVersion();
        ApiVersionsResponse answer = askVersions(newest, deadline);
        if (answer.errorCode() == ErrorCode.UNSUPPORTED_VERSION.code()) {
            short known =
                    answer.apiKeys().stream()
                            .filter(range -> range.apiKey() == ApiKey.API_VERSIONS.id())
                            .map(ApiVersionsResponse.ApiVersion::maxVersion)
                            .findFirst()
                            .orElse((short) 0);
            answer = askVersions(known, deadline);
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

    private ApiVersionsResponse askVersions(short version, Deadline deadline) {
        if (!ApiKey.API_VERSIONS.hasVersion(version)) {
            throw ConnectionFailedException.notKafka(
                    address, "it serves ApiVersions in no version that this client knows");
        }
        ApiVersionsRequest request =
                new ApiVersionsRequest()
                        .clientSoftwareName("mortise")
                        .clientSoftwareVersion("0.1.0");
        int correlationId = send(ApiKey.API_VERSIONS, request, version, deadline);
        ByteBuffer frame = receive(ApiKey.API_VERSIONS, deadline);
        ApiVersionsResponse response = new ApiVersionsResponse();
        // a broker that does not know the version answers with version 0 of the body, whatever was
        // asked
        boolean older =
                frame.remaining() >= 6
                        && frame.getShort(frame.position() + 4)
                                == ErrorCode.UNSUPPORTED_VERSION.code();
        parse(ApiKey.API_VERSIONS, correlationId, frame, response, older ? 0 : version);
        return response;
    }

    /**
     * The version in which requests of this API are sent; nothing if the broker does not serve it.
     */
    public @Nullable Short version(ApiKey key) {
        return versions.get(key);
    }

    /**
     * Sends a request and waits for its answer, within the timeout of the connection.
     *
     * @throws BrokerErrorException if the broker does not serve the API
     * @throws ConnectionFailedException if the connection breaks or the answer is late; the
     *     connection is closed then
     */
    public <R extends ApiMessage> R call(ApiKey key, ApiMessage request, Class<R> responseType) {
        return call(key, request, responseType, Deadline.after(time, timeout));
    }

    <R extends ApiMessage> R call(
            ApiKey key, ApiMessage request, Class<R> responseType, Deadline deadline) {
        Short version = versions.get(key);
        if (version == null) {
            throw new BrokerErrorException(
                    ErrorCode.UNSUPPORTED_VERSION,
                    address
                            + " does not serve "
                            + key.apiName()
                            + " in a version that this client knows");
        }
        boolean answered = false;
        try {
            int correlationId = send(key, request, version, deadline);
            ApiMessage response = key.newResponse();
            parse(key, correlationId, receive(key, deadline), response, version);
            answered = true;
            return responseType.cast(response);
        } finally {
            if (!answered) {
                close();
            }
        }
    }

    /** Whether it can still be used: no call has ended without its answer. */
    boolean isOpen() {
        return channel.isOpen();
    }

    private int send(ApiKey key, ApiMessage request, short version, Deadline deadline) {
        int correlationId = nextCorrelationId++;
        RequestHeader header =
                new RequestHeader()
                        .requestApiKey(key.id())
                        .requestApiVersion(version)
                        .correlationId(correlationId)
                        .clientId(clientId);
        ByteBuffer frame =
                Frames.encode(key.requestHeaderVersion(version), header, request, version);
        try {
            channel.write(frame, deadline);
        } catch (IOException failure) {
            throw talking(key, deadline, failure);
        }
        return correlationId;
    }

    private ByteBuffer receive(ApiKey key, Deadline deadline) {
        try {
            ByteBuffer prefix = ByteBuffer.allocate(Frames.LENGTH_BYTES);
            channel.read(prefix, deadline);
            int length = prefix.getInt(0);
            if (versions.isEmpty() ? length < 4 || length > LONGEST_ANSWER : length < 4) {
                throw ConnectionFailedException.notKafka(
                        address,
                        "its answer to " + key.apiName() + " begins with " + shown(length));
            }
            if (length > LONGEST_ANSWER) {
                throw ConnectionFailedException.tooLong(address, key, length, LONGEST_ANSWER);
            }
            return frame(length, deadline);
        } catch (IOException failure) {
            throw talking(key, deadline, failure);
        }
    }

    /** Reads a frame into memory that grows as it arrives, not by what the peer claims. */
    private ByteBuffer frame(int length, Deadline deadline) throws IOException {
        byte[] bytes = new byte[Math.min(length, FIRST_CHUNK)];
        int filled = 0;
        while (true) {
            channel.read(ByteBuffer.wrap(bytes, filled, bytes.length - filled), deadline);
            filled = bytes.length;
            if (filled == length) {
                return ByteBuffer.wrap(bytes);
            }
            bytes = Arrays.copyOf(bytes, (int) Math.min(length, 4L * filled));
        }
    }

    private ConnectionFailedException talking(ApiKey key, Deadline deadline, IOException failure) {
        return ConnectionFailedException.talking(
                address, key, versions.isEmpty(), deadline.timeout(), failure);
    }

    /** Four bytes as text if they are that, else as the length that they stand for. */
    private static String shown(int word) {
        byte[] bytes = ByteBuffer.allocate(4).putInt(word).array();
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return text.chars().allMatch(letter -> letter >= ' ' && letter < 127)
                ? "'" + text + "'"
                : "a length of " + word;
    }

    private void parse(
            ApiKey key, int correlationId, ByteBuffer frame, ApiMessage response, int version) {
        try {
            WireReader reader = new WireReader(frame);
            ResponseHeader header = new ResponseHeader();
            header.read(reader, key.responseHeaderVersion((short) version));
            if (header.correlationId() != correlationId) {
                throw ConnectionFailedException.mixedUp(
                        address, key, correlationId, header.correlationId());
            }
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
        channel.close();
    }
}
