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

/** What can be set about the network. */
public final class NetSettings {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    static final ConfigKey<Integer> THREADS =
            KEYS.add(
                    ConfigKey.of(
                                    "net.threads",
                                    ConfigType.INT,
                                    "Event loops that serve all listeners; 0 is one per core.")
                            .defaultsTo(0)
                            .between(0, 1_024)
                            .alias("num.network.threads"));
    static final ConfigKey<DataSize> MAX_REQUEST_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "net.max-request-bytes",
                                    ConfigType.SIZE,
                                    "The largest request accepted; a larger one closes its connection.")
                            .defaultsTo(DataSize.ofMebibytes(100))
                            .between(DataSize.ofKibibytes(1), DataSize.ofMebibytes(1_024))
                            .alias("socket.request.max.bytes"));
    static final ConfigKey<DataSize> MAX_INFLIGHT_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "net.max-inflight-bytes",
                                    ConfigType.SIZE,
                                    "Received data held at once, from the first byte of a frame until its request is done; connections that would exceed it are not read until there is room.")
                            .defaultsTo(DataSize.ofMebibytes(256))
                            .atLeast(DataSize.ofMebibytes(1))
                            .alias("queued.max.request.bytes"));
    static final ConfigKey<DataSize> MAX_DECODED_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "net.max-decoded-bytes",
                                    ConfigType.SIZE,
                                    "Heap that one request may take once it is decoded, at most an eighth of all whatever is set; one that would take more closes its connection.")
                            .defaultsTo(DataSize.ofMebibytes(32))
                            .atLeast(DataSize.ofKibibytes(64)));
    static final ConfigKey<DataSize> MAX_INFLIGHT_DECODED_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "net.max-inflight-decoded-bytes",
                                    ConfigType.SIZE,
                                    "Heap that decoded requests may take at once until they are answered, at most a quarter of all whatever is set; beyond it requests that decode to more than a little wait.")
                            .defaultsTo(DataSize.ofMebibytes(256))
                            .atLeast(DataSize.ofMebibytes(1)));
    static final ConfigKey<DataSize> MAX_CONNECTION_INFLIGHT_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "net.max-connection-inflight-bytes",
                                    ConfigType.SIZE,
                                    "Frames of unanswered requests that one connection may hold before it is not read.")
                            .defaultsTo(DataSize.ofMebibytes(16))
                            .atLeast(DataSize.ofKibibytes(1)));
    static final ConfigKey<Integer> MAX_CONNECTION_REQUESTS =
            KEYS.add(
                    ConfigKey.of(
                                    "net.max-connection-requests",
                                    ConfigType.INT,
                                    "Unanswered requests that one connection may have before it is not read.")
                            .defaultsTo(256)
                            .between(1, 100_000));
    static final ConfigKey<Integer> MAX_REQUESTS =
            KEYS.add(
                    ConfigKey.of(
                                    "net.max-requests",
                                    ConfigType.INT,
                                    "Unanswered requests in the whole broker; beyond it a connection may have one at a time.")
                            .defaultsTo(50_000)
                            .between(1, 10_000_000)
                            .alias("queued.max.requests"));
    static final ConfigKey<Integer> MAX_CONNECTIONS =
            KEYS.add(
                    ConfigKey.of(
                                    "net.max-connections",
                                    ConfigType.INT,
                                    "Connections at once, or what the process's limit of open files leaves for them if that is less; the next one is closed as soon as it is accepted.")
                            .defaultsTo(10_000)
                            .atLeast(1)
                            .alias("max.connections"));
    static final ConfigKey<Duration> IDLE_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "net.idle-timeout",
                                    ConfigType.DURATION,
                                    "A connection that neither sends nor takes a byte for so long is closed.")
                            .defaultsTo(Duration.ofMinutes(10))
                            .atLeast(Duration.ofMillis(1))
                            .alias("connections.max.idle.ms"));
    static final ConfigKey<Duration> FRAME_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "net.frame-timeout",
                                    ConfigType.DURATION,
                                    "A request that has not arrived in full so long after its first byte closes its connection.")
                            .defaultsTo(Duration.ofMinutes(1))
                            .atLeast(Duration.ofMillis(1)));
    static final ConfigKey<Duration> STALL_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "net.stall-timeout",
                                    ConfigType.DURATION,
                                    "While others wait for memory, a request of which nothing has arrived for so long closes its connection.")
                            .defaultsTo(Duration.ofSeconds(5))
                            .atLeast(Duration.ofMillis(1)));
    static final ConfigKey<DataSize> WRITE_BUFFER_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "net.write-buffer-bytes",
                                    ConfigType.SIZE,
                                    "Encoded bytes that may wait for a client that reads slowly; beyond it the connection is not read and its next response not encoded.")
                            .defaultsTo(DataSize.ofKibibytes(256))
                            .between(DataSize.ofKibibytes(4), DataSize.ofMebibytes(256)));
    static final ConfigKey<DataSize> MAX_RESPONSE_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "net.max-response-bytes",
                                    ConfigType.SIZE,
                                    "The memory that one answer may take, encoding included and records excepted; a request for more is refused, and where its answer has no place for an error its connection is closed.")
                            .defaultsTo(DataSize.ofMebibytes(64))
                            .between(DataSize.ofKibibytes(64), DataSize.ofMebibytes(1_024)));
    static final ConfigKey<DataSize> MAX_UNSENT_BYTES =
            KEYS.add(
                    ConfigKey.of(
                                    "net.max-unsent-bytes",
                                    ConfigType.SIZE,
                                    "Memory of answers held at once, from before they are built until clients have taken them; beyond it large answers wait, and the clients that take nothing are closed.")
                            .defaultsTo(DataSize.ofMebibytes(96))
                            .atLeast(DataSize.ofKibibytes(64)));
    static final ConfigKey<Duration> SLOW_READER_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "net.slow-reader-timeout",
                                    ConfigType.DURATION,
                                    "While others wait for net.max-unsent-bytes, a connection that has taken no byte of its answers for so long is closed, the longest first.")
                            .defaultsTo(Duration.ofSeconds(1))
                            .atLeast(Duration.ofMillis(1)));
    static final ConfigKey<Integer> PEER_LOG_LINES =
            KEYS.add(
                    ConfigKey.of(
                                    "net.peer-log-lines",
                                    ConfigType.INT,
                                    "Lines about clients and their requests in the log within ten seconds; more are counted, and the count is logged.")
                            .defaultsTo(50)
                            .between(1, 100_000));
    static final ConfigKey<Integer> BACKLOG =
            KEYS.add(
                    ConfigKey.of(
                                    "net.backlog",
                                    ConfigType.INT,
                                    "Connections that may wait to be accepted.")
                            .defaultsTo(1_024)
                            .between(1, 65_535)
                            .alias("socket.listen.backlog.size"));
    static final ConfigKey<Duration> SHUTDOWN_TIMEOUT =
            KEYS.add(
                    ConfigKey.of(
                                    "net.shutdown-timeout",
                                    ConfigType.DURATION,
                                    "How long requests in flight may take to be answered when the broker stops.")
                            .defaultsTo(Duration.ofSeconds(5))
                            .atLeast(Duration.ZERO));

    /** Every key of the network. */
    public static final ConfigSchema SCHEMA = KEYS.build();

    private NetSettings() {}

    /**
     * Looks at values that must go together.
     *
     * @throws ConfigException if the largest frame would not fit into what may be in flight, or the
     *     largest answer into what may be unsent
     */
    public static void check(Config config) {
        holds(config, MAX_INFLIGHT_BYTES, MAX_REQUEST_BYTES, "request");
        holds(config, MAX_UNSENT_BYTES, MAX_RESPONSE_BYTES, "answer");
    }

    private static void holds(
            Config config, ConfigKey<DataSize> all, ConfigKey<DataSize> largest, String what) {
        long allBytes = config.get(all).bytes();
        long largestBytes = config.get(largest).bytes();
        if (allBytes < largestBytes) {
            throw new ConfigException(
                    List.of(
                            new ConfigProblem(
                                    all.name(),
                                    allBytes
                                            + " bytes are less than "
                                            + largest.name()
                                            + " ("
                                            + largestBytes
                                            + "), so the largest "
                                            + what
                                            + " would never fit; raise the one or lower the other")));
        }
    }
}
