package mortise.broker.partition;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.config.Config;
import mortise.metadata.TopicSettings;
import mortise.record.BatchCheck;
import mortise.record.BatchProblem;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
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
        if (BatchCheck.isCountDoubtful(batch, recordsPerCompressedByte)) {
            return true;
        }
        if (topic.logAppendTime() || batch.maxTimestamp() == batch.baseTimestamp()) {
            return false;
        }
        long now = clock.wallMillis();
        return BatchCheck.isMaxTimestampDoubtful(batch, earliest(topic, now), latest(topic, now));
    }

    /** See {@link BatchIntake#open}. */
    @Nullable Refusal open(TopicSettings topic, RecordBatch batch, Codecs codecs) {
        long now = clock.wallMillis();
        return refusal(
                BatchCheck.opened(
                        batch,
                        earliest(topic, now),
                        latest(topic, now),
                        codecs,
                        maxDecompressedBytes,
                        new CRC32C()));
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
