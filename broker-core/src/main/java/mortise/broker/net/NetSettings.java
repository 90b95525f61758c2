package mortise.broker.net;

import java.time.Duration;
import java.util.List;
import mortise.api.DataSize;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigProblem;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import mortise.broker.runtime.FileBudget;

/**
 * The bounds of the network.
 *
 * @param threads how many event loops; 0 is one per core
 * @param maxRequestBytes the largest frame accepted
 * @param maxInflightBytes how much received data the broker holds at once
 * @param maxDecodedBytes how much heap one decoded request may take
 * @param maxInflightDecodedBytes how much heap all decoded requests may take that are in flight
 * @param maxConnectionInflightBytes how much of it one connection may hold before it is not read
 * @param maxConnectionRequests how many unanswered requests one connection may have
 * @param maxRequests how many unanswered requests the broker may have
 * @param maxConnections how many connections there may be
 * @param idleTimeout how long a connection may neither send nor take bytes
 * @param frameTimeout how long a frame may take to arrive
 * @param stallTimeout how long a frame may stand still while others wait for its memory
 * @param writeBufferBytes how many encoded bytes may wait for a client that reads slowly
 * @param maxResponseBytes how much memory one answer may take
 * @param maxUnsentBytes how much memory the answers of the broker may take at once
 * @param slowReaderTimeout how long a client may take nothing while others wait for that memory
 * @param peerLogLines how many lines about clients go to the log within ten seconds
 * @param backlog how many connections may wait to be accepted
 * @param shutdownTimeout how long requests in flight may take once the server closes
 */
public record NetSettings(
        int threads,
        int maxRequestBytes,
        long maxInflightBytes,
        long maxDecodedBytes,
        long maxInflightDecodedBytes,
        long maxConnectionInflightBytes,
        int maxConnectionRequests,
        int maxRequests,
        int maxConnections,
        Duration idleTimeout,
        Duration frameTimeout,
        Duration stallTimeout,
        int writeBufferBytes,
        long maxResponseBytes,
        long maxUnsentBytes,
        Duration slowReaderTimeout,
        int peerLogLines,
        int backlog,
        Duration shutdownTimeout) {
    private static final ConfigKey<Integer> THREADS =
            ConfigKey.of(
                            "net.threads",
                            ConfigType.INT,
                            "Event loops that serve all listeners; 0 is one per core.")
                    .defaultsTo(0)
                    .between(0, 1_024)
                    .alias("num.network.threads");
    private static final ConfigKey<DataSize> MAX_REQUEST_BYTES =
            ConfigKey.of(
                            "net.max-request-bytes",
                            ConfigType.SIZE,
                            "The largest request accepted; a larger one closes its connection.")
                    .defaultsTo(DataSize.ofMebibytes(100))
                    .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1_024))
                    .alias("socket.request.max.bytes");
    private static final ConfigKey<DataSize> MAX_INFLIGHT_BYTES =
            ConfigKey.of(
                            "net.max-inflight-bytes",
                            ConfigType.SIZE,
                            "Received data held at once, from the first byte of a frame until its request is done; connections that would exceed it are not read until there is room.")
                    .defaultsTo(DataSize.ofMebibytes(256))
                    .atLeast(DataSize.ofMebibytes(1))
                    .alias("queued.max.request.bytes");
    private static final ConfigKey<DataSize> MAX_DECODED_BYTES =
            ConfigKey.of(
                            "net.max-decoded-bytes",
                            ConfigType.SIZE,
                            "Heap that one request may take once it is decoded, at most an eighth of all whatever is set; one that would take more closes its connection.")
                    .defaultsTo(DataSize.ofMebibytes(32))
                    .atLeast(DataSize.ofKibibytes(64));
    private static final ConfigKey<DataSize> MAX_INFLIGHT_DECODED_BYTES =
            ConfigKey.of(
                            "net.max-inflight-decoded-bytes",
                            ConfigType.SIZE,
                            "Heap that decoded requests may take at once until they are answered, at most a quarter of all whatever is set; beyond it requests that decode to more than a little wait.")
                    .defaultsTo(DataSize.ofMebibytes(256))
                    .atLeast(DataSize.ofMebibytes(1));
    private static final ConfigKey<DataSize> MAX_CONNECTION_INFLIGHT_BYTES =
            ConfigKey.of(
                            "net.max-connection-inflight-bytes",
                            ConfigType.SIZE,
                            "Frames of unanswered requests that one connection may hold before it is not read.")
                    .defaultsTo(DataSize.ofMebibytes(16))
                    .atLeast(DataSize.ofKibibytes(1));
    private static final ConfigKey<Integer> MAX_CONNECTION_REQUESTS =
            ConfigKey.of(
                            "net.max-connection-requests",
                            ConfigType.INT,
                            "Unanswered requests that one connection may have before it is not read.")
                    .defaultsTo(256)
                    .between(1, 100_000);
    private static final ConfigKey<Integer> MAX_REQUESTS =
            ConfigKey.of(
                            "net.max-requests",
                            ConfigType.INT,
                            "Unanswered requests in the whole broker; beyond it a connection may have one at a time.")
                    .defaultsTo(50_000)
                    .between(1, 10_000_000)
                    .alias("queued.max.requests");
    private static final ConfigKey<Integer> MAX_CONNECTIONS =
            ConfigKey.of(
                            "net.max-connections",
                            ConfigType.INT,
                            "Connections at once, or what the process's limit of open files leaves for them if that is less; the next one is closed as soon as it is accepted.")
                    .defaultsTo(10_000)
                    .atLeast(1)
                    .alias("max.connections");
    private static final ConfigKey<Duration> IDLE_TIMEOUT =
            ConfigKey.of(
                            "net.idle-timeout",
                            ConfigType.DURATION,
                            "A connection that neither sends nor takes a byte for so long is closed.")
                    .defaultsTo(Duration.ofMinutes(10))
                    .atLeast(Duration.ofMillis(1))
                    .alias("connections.max.idle.ms");
    private static final ConfigKey<Duration> FRAME_TIMEOUT =
            ConfigKey.of(
                            "net.frame-timeout",
                            ConfigType.DURATION,
                            "A request that has not arrived in full so long after its first byte closes its connection.")
                    .defaultsTo(Duration.ofMinutes(1))
                    .atLeast(Duration.ofMillis(1));
    private static final ConfigKey<Duration> STALL_TIMEOUT =
            ConfigKey.of(
                            "net.stall-timeout",
                            ConfigType.DURATION,
                            "While others wait for memory, a request of which nothing has arrived for so long closes its connection.")
                    .defaultsTo(Duration.ofSeconds(5))
                    .atLeast(Duration.ofMillis(1));
    private static final ConfigKey<DataSize> WRITE_BUFFER_BYTES =
            ConfigKey.of(
                            "net.write-buffer-bytes",
                            ConfigType.SIZE,
                            "Encoded bytes that may wait for a client that reads slowly; beyond it the connection is not read and its next response not encoded.")
                    .defaultsTo(DataSize.ofKibibytes(256))
                    .between(DataSize.ofKibibytes(4), DataSize.ofMebibytes(256));
    private static final ConfigKey<DataSize> MAX_RESPONSE_BYTES =
            ConfigKey.of(
                            "net.max-response-bytes",
                            ConfigType.SIZE,
                            "The memory that one answer may take, encoding included and records excepted; a request for more is refused, and where its answer has no place for an error its connection is closed.")
                    .defaultsTo(DataSize.ofMebibytes(64))
                    .between(DataSize.ofKibibytes(64), DataSize.ofMebibytes(1_024));
    private static final ConfigKey<DataSize> MAX_UNSENT_BYTES =
            ConfigKey.of(
                            "net.max-unsent-bytes",
                            ConfigType.SIZE,
                            "Memory of answers held at once, from before they are built until clients have taken them; beyond it large answers wait, and the clients that take nothing are closed.")
                    .defaultsTo(DataSize.ofMebibytes(96))
                    .atLeast(DataSize.ofKibibytes(64));
    private static final ConfigKey<Duration> SLOW_READER_TIMEOUT =
            ConfigKey.of(
                            "net.slow-reader-timeout",
                            ConfigType.DURATION,
                            "While others wait for net.max-unsent-bytes, a connection that has taken no byte of its answers for so long is closed, the longest first.")
                    .defaultsTo(Duration.ofSeconds(1))
                    .atLeast(Duration.ofMillis(1));
    private static final ConfigKey<Integer> PEER_LOG_LINES =
            ConfigKey.of(
                            "net.peer-log-lines",
                            ConfigType.INT,
                            "Lines about clients and their requests in the log within ten seconds; more are counted, and the count is logged.")
                    .defaultsTo(50)
                    .between(1, 100_000);
    private static final ConfigKey<Integer> BACKLOG =
            ConfigKey.of("net.backlog", ConfigType.INT, "Connections that may wait to be accepted.")
                    .defaultsTo(1_024)
                    .between(1, 65_535)
                    .alias("socket.listen.backlog.size");
    private static final ConfigKey<Duration> SHUTDOWN_TIMEOUT =
            ConfigKey.of(
                            "net.shutdown-timeout",
                            ConfigType.DURATION,
                            "How long requests in flight may take to be answered when the broker stops.")
                    .defaultsTo(Duration.ofSeconds(5))
                    .atLeast(Duration.ZERO);

    /** Every key of the network. */
    public static final ConfigSchema SCHEMA =
            ConfigSchema.of(
                    THREADS,
                    MAX_REQUEST_BYTES,
                    MAX_INFLIGHT_BYTES,
                    MAX_DECODED_BYTES,
                    MAX_INFLIGHT_DECODED_BYTES,
                    MAX_CONNECTION_INFLIGHT_BYTES,
                    MAX_CONNECTION_REQUESTS,
                    MAX_REQUESTS,
                    MAX_CONNECTIONS,
                    IDLE_TIMEOUT,
                    FRAME_TIMEOUT,
                    STALL_TIMEOUT,
                    WRITE_BUFFER_BYTES,
                    MAX_RESPONSE_BYTES,
                    MAX_UNSENT_BYTES,
                    SLOW_READER_TIMEOUT,
                    PEER_LOG_LINES,
                    BACKLOG,
                    SHUTDOWN_TIMEOUT);

    /**
     * The settings that a configuration gives.
     *
     * @throws ConfigException if the largest frame would not fit into what may be in flight, or the
     *     largest answer into what may be unsent
     */
    public static NetSettings from(Config config) {
        long maxRequestBytes = config.get(MAX_REQUEST_BYTES).bytes();
        long maxInflightBytes = config.get(MAX_INFLIGHT_BYTES).bytes();
        if (maxInflightBytes < maxRequestBytes) {
            throw new ConfigException(
                    List.of(
                            new ConfigProblem(
                                    MAX_INFLIGHT_BYTES.name(),
                                    maxInflightBytes
                                            + " bytes are less than "
                                            + MAX_REQUEST_BYTES.name()
                                            + " ("
                                            + maxRequestBytes
                                            + "), so the largest request would never fit; raise the one or lower the other")));
        }
        long maxHeapBytes = Runtime.getRuntime().maxMemory();
        long maxResponseBytes = config.get(MAX_RESPONSE_BYTES).bytes();
        long maxUnsentBytes = config.get(MAX_UNSENT_BYTES).bytes();
        if (maxUnsentBytes < maxResponseBytes) {
            throw new ConfigException(
                    List.of(
                            new ConfigProblem(
                                    MAX_UNSENT_BYTES.name(),
                                    maxUnsentBytes
                                            + " bytes are less than "
                                            + MAX_RESPONSE_BYTES.name()
                                            + " ("
                                            + maxResponseBytes
                                            + "), so the largest answer would never fit; raise the one or lower the other")));
        }
        return new NetSettings(
                config.get(THREADS),
                (int) maxRequestBytes,
                maxInflightBytes,
                Math.min(config.get(MAX_DECODED_BYTES).bytes(), maxHeapBytes / 8),
                Math.min(config.get(MAX_INFLIGHT_DECODED_BYTES).bytes(), maxHeapBytes / 4),
                config.get(MAX_CONNECTION_INFLIGHT_BYTES).bytes(),
                config.get(MAX_CONNECTION_REQUESTS),
                config.get(MAX_REQUESTS),
                Math.min(config.get(MAX_CONNECTIONS), FileBudget.ofProcess().connections()),
                config.get(IDLE_TIMEOUT),
                config.get(FRAME_TIMEOUT),
                config.get(STALL_TIMEOUT),
                (int) config.get(WRITE_BUFFER_BYTES).bytes(),
                maxResponseBytes,
                maxUnsentBytes,
                config.get(SLOW_READER_TIMEOUT),
                config.get(PEER_LOG_LINES),
                config.get(BACKLOG),
                config.get(SHUTDOWN_TIMEOUT));
    }

    /** How many event loops there are. */
    int loops() {
        return threads > 0 ? threads : Runtime.getRuntime().availableProcessors();
    }
}
