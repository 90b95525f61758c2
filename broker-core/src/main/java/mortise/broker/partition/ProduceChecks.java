package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.config.Config;
import mortise.metadata.CompressionRule;
import mortise.metadata.TopicSettings;
import mortise.record.BatchCheck;
import mortise.record.BatchProblem;
import mortise.record.BatchTooLargeException;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.record.CompressionType;
import mortise.record.CorruptRecordException;
import mortise.record.Recompression;
import mortise.record.RecordBatch;
import mortise.record.RecordDemands;
import mortise.record.UnsupportedCodecException;
import org.jspecify.annotations.Nullable;

/** What produced batches must satisfy before they are offered to their partition. Thread-safe. */
final class ProduceChecks {
    private final Clock clock;
    private final int recordsPerCompressedByte;
    private final long maxDecompressedBytes;

    ProduceChecks(Config config, Clock clock) {
        this.clock = clock;
        this.recordsPerCompressedByte = config.get(PartitionSettings.RECORDS_PER_COMPRESSED_BYTE);
        this.maxDecompressedBytes = config.get(PartitionSettings.MAX_DECOMPRESSED_BYTES).bytes();
    }

    /** See {@link BatchIntake#check}. */
    @Nullable Refusal check(
            TopicSettings topic, ByteBuffer records, short produceVersion, CRC32C sum) {
        BatchProblem problem =
                BatchCheck.produced(records, produceVersion, topic.maxMessageBytes(), sum);
        if (problem != null) {
            return new Refusal(problem.code(), problem.message());
        }
        RecordBatch batch = RecordBatch.of(records);
        if (batch.isTransactional()) {
            return new Refusal(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "transactions are not served by this broker; produce without transactional.id");
        }
        if (batch.sizeInBytes() > topic.log().segmentBytes()) {
            return new Refusal(
                    ErrorCode.RECORD_LIST_TOO_LARGE,
                    "the batch has "
                            + batch.sizeInBytes()
                            + " bytes, segment.bytes of the topic allows "
                            + topic.log().segmentBytes());
        }
        if (topic.logAppendTime()) {
            return null;
        }
        long now = clock.wallMillis();
        return refusal(BatchCheck.baseTimestamp(batch, earliest(topic, now), latest(topic, now)));
    }

    /** See {@link BatchIntake#doubts}. */
    boolean doubts(TopicSettings topic, RecordBatch batch) {
        if (topic.compacts()
                || topic.boundsEveryTimestamp()
                || isRecompressed(topic, batch)
                || BatchCheck.isCountDoubtful(batch, recordsPerCompressedByte)) {
            return true;
        }
        if (topic.logAppendTime() || batch.maxTimestamp() == batch.baseTimestamp()) {
            return false;
        }
        long now = clock.wallMillis();
        return BatchCheck.isMaxTimestampDoubtful(batch, earliest(topic, now), latest(topic, now));
    }

    /** See {@link BatchIntake#open}. */
    OpenedBatch open(TopicSettings topic, RecordBatch batch, Codecs codecs) {
        long now = clock.wallMillis();
        BatchProblem problem =
                BatchCheck.opened(
                        batch,
                        new RecordDemands(
                                earliest(topic, now), latest(topic, now), topic.compacts()),
                        codecs,
                        maxDecompressedBytes,
                        new CRC32C());
        if (problem != null) {
            return OpenedBatch.refused(batch, new Refusal(problem.code(), problem.message()));
        }
        return topic.compression().isPresent() && isRecompressed(topic, batch)
                ? recompressed(topic, topic.compression().get(), batch, codecs)
                : new OpenedBatch(batch, null);
    }

    private static boolean isRecompressed(TopicSettings topic, RecordBatch batch) {
        return topic.compression().isPresent()
                && batch.codecId() != codecId(topic.compression().get());
    }

    private static int codecId(CompressionRule rule) {
        CompressionType type = CompressionType.find(rule.codec());
        return type == null ? CompressionType.NONE.id() : type.id();
    }

    private OpenedBatch recompressed(
            TopicSettings topic, CompressionRule rule, RecordBatch batch, Codecs codecs) {
        try {
            int id = codecId(rule);
            Codec codec = id == CompressionType.NONE.id() ? null : codecs.require(id);
            int most = Math.min(topic.maxMessageBytes(), topic.log().segmentBytes());
            return new OpenedBatch(
                    new Recompression(codec, rule.level())
                            .of(batch, codecs, maxDecompressedBytes, most),
                    null);
        } catch (UnsupportedCodecException missing) {
            return OpenedBatch.refused(
                    batch,
                    new Refusal(
                            ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
                            String.valueOf(missing.getMessage())));
        } catch (BatchTooLargeException large) {
            return OpenedBatch.refused(
                    batch,
                    new Refusal(
                            ErrorCode.MESSAGE_TOO_LARGE,
                            "the batch of "
                                    + batch.sizeInBytes()
                                    + " bytes would have more than the "
                                    + Math.min(topic.maxMessageBytes(), topic.log().segmentBytes())
                                    + " that the topic allows, kept with compression.type="
                                    + rule.codec()));
        } catch (CorruptRecordException corrupt) {
            return OpenedBatch.refused(
                    batch,
                    new Refusal(ErrorCode.INVALID_RECORD, String.valueOf(corrupt.getMessage())));
        }
    }

    private static @Nullable Refusal refusal(@Nullable BatchProblem problem) {
        return problem == null ? null : new Refusal(problem.code(), problem.message());
    }

    private static long earliest(TopicSettings topic, long now) {
        return topic.logAppendTime() ? Long.MIN_VALUE : now - topic.timestampBeforeMaxMillis();
    }

    private static long latest(TopicSettings topic, long now) {
        long after = topic.timestampAfterMaxMillis();
        return topic.logAppendTime() || after > Long.MAX_VALUE - now ? Long.MAX_VALUE : now + after;
    }
}
