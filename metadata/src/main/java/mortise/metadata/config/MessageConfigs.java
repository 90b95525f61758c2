package mortise.metadata.config;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import mortise.api.config.ConfigType;
import org.jspecify.annotations.Nullable;

/** What records may look like: compression, sizes, timestamps. */
public final class MessageConfigs {
    private static final String WITH_RECOMPRESSION =
            "honoured with the compression.type of its codec";

    /** A level of gzip. */
    public static final TopicConfig<Integer> GZIP_LEVEL =
            TopicConfig.of(
                            "compression.gzip.level",
                            ConfigKind.INT,
                            ConfigType.INT,
                            -1,
                            "The level of gzip, if compression.type is gzip.")
                    .checked(
                            "1 to 9, or -1",
                            level ->
                                    level == -1 || (level >= 1 && level <= 9)
                                            ? null
                                            : "is neither within 1 to 9 nor -1")
                    .underBrokerName("compression.gzip.level")
                    .honoured(WITH_RECOMPRESSION);

    /** A level of lz4. */
    public static final TopicConfig<Integer> LZ4_LEVEL =
            TopicConfig.of(
                            "compression.lz4.level",
                            ConfigKind.INT,
                            ConfigType.INT,
                            9,
                            "The level of lz4, if compression.type is lz4.")
                    .between(1, 17)
                    .underBrokerName("compression.lz4.level")
                    .honoured(WITH_RECOMPRESSION);

    /** Recompression. */
    public static final TopicConfig<String> COMPRESSION_TYPE =
            TopicConfig.of(
                            "compression.type",
                            ConfigKind.STRING,
                            ConfigType.STRING,
                            "producer",
                            "With which codec records are kept: producer keeps them as the producer compressed them.")
                    .checked(
                            "one of: uncompressed, zstd, lz4, snappy, gzip, producer",
                            oneOf(
                                    Set.of(
                                            "uncompressed",
                                            "zstd",
                                            "lz4",
                                            "snappy",
                                            "gzip",
                                            "producer")))
                    .underBrokerName("compression.type")
                    .honoured("honoured; batches of another codec are opened and compressed anew");

    /** A level of zstd. */
    public static final TopicConfig<Integer> ZSTD_LEVEL =
            TopicConfig.of(
                            "compression.zstd.level",
                            ConfigKind.INT,
                            ConfigType.INT,
                            3,
                            "The level of zstd, if compression.type is zstd.")
                    .between(-131_072, 22)
                    .underBrokerName("compression.zstd.level")
                    .honoured(WITH_RECOMPRESSION);

    /** Dead-letter queues of share groups. */
    public static final TopicConfig<Boolean> DEAD_LETTER_QUEUE =
            TopicConfig.of(
                            "errors.deadletterqueue.group.enable",
                            ConfigKind.BOOLEAN,
                            ConfigType.BOOLEAN,
                            false,
                            "Whether share groups may write undeliverable records to the topic.")
                    .refusing(
                            TopicConfig.onlyFalse(
                                    "share groups are not served, so they have no dead-letter queues"))
                    .honoured(
                            "false is honoured; true is refused, because share groups are not served");

    /** The decompressed size of one record. */
    public static final TopicConfig<Integer> MAX_DECOMPRESSED_MESSAGE_BYTES =
            TopicConfig.of(
                            "max.decompressed.message.bytes",
                            ConfigKind.INT,
                            ConfigType.INT,
                            2_147_483_639,
                            "The largest record accepted, after decompression.")
                    .between(1, 2_147_483_639)
                    .underBrokerName("max.decompressed.message.bytes")
                    .refusing((bytes, store) ->
                            bytes == 2_147_483_639
                                    ? null
                                    : "batches pass through this broker unopened, so it cannot bound the records within; leave it at 2147483639 and use max.message.bytes")
                    .honoured(
                            "the default (no bound) is honoured; less is refused, because batches pass through unopened");

    /** The largest batch. */
    public static final TopicConfig<Integer> MAX_MESSAGE_BYTES =
            TopicConfig.of(
                            "max.message.bytes",
                            ConfigKind.INT,
                            ConfigType.INT,
                            1_048_588,
                            "The largest record batch accepted, as it is on the wire.")
                    .atLeast(0)
                    .underBrokerName("message.max.bytes")
                    .honoured("honoured");

    private static final String BOUND =
            "honoured: once either bound is set every record is held to both, by default only what the batch's header says";

    /** How far timestamps may be ahead. */
    public static final TopicConfig<Long> TIMESTAMP_AFTER_MAX_MS =
            TopicConfig.millis(
                            "message.timestamp.after.max.ms",
                            3_600_000,
                            "How far a record's timestamp may lie after the broker's clock.")
                    .atLeast(0L)
                    .underBrokerName("log.message.timestamp.after.max.ms")
                    .honoured(BOUND);

    /** How far timestamps may be behind. */
    public static final TopicConfig<Long> TIMESTAMP_BEFORE_MAX_MS =
            TopicConfig.millis(
                            "message.timestamp.before.max.ms",
                            Long.MAX_VALUE,
                            "How far a record's timestamp may lie before the broker's clock.")
                    .atLeast(0L)
                    .underBrokerName("log.message.timestamp.before.max.ms")
                    .honoured(BOUND);

    /** Whose timestamps. */
    public static final TopicConfig<String> TIMESTAMP_TYPE =
            TopicConfig.of(
                            "message.timestamp.type",
                            ConfigKind.STRING,
                            ConfigType.STRING,
                            "CreateTime",
                            "Whether records keep the producer's timestamp (CreateTime) or get the broker's (LogAppendTime).")
                    .checked(
                            "one of: CreateTime, LogAppendTime",
                            oneOf(Set.of("CreateTime", "LogAppendTime")))
                    .underBrokerName("log.message.timestamp.type")
                    .honoured("honoured");

    static final List<TopicConfig<?>> ALL =
            List.of(
                    GZIP_LEVEL,
                    LZ4_LEVEL,
                    COMPRESSION_TYPE,
                    ZSTD_LEVEL,
                    DEAD_LETTER_QUEUE,
                    MAX_DECOMPRESSED_MESSAGE_BYTES,
                    MAX_MESSAGE_BYTES,
                    TIMESTAMP_AFTER_MAX_MS,
                    TIMESTAMP_BEFORE_MAX_MS,
                    TIMESTAMP_TYPE);

    private MessageConfigs() {}

    private static Function<String, @Nullable String> oneOf(Set<String> known) {
        return text ->
                known.contains(text.strip())
                        ? null
                        : "is not one of: " + String.join(", ", known.stream().sorted().toList());
    }
}
