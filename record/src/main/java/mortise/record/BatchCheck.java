package mortise.record;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.zip.CRC32C;
import mortise.record.BatchProblem.Kind;
import org.jspecify.annotations.Nullable;

/**
 * What can be told of a batch from its header and its checksum, without opening it. Pure functions;
 * they allocate only when they find something.
 */
public final class BatchCheck {
    private static final int FIRST_PRODUCE_VERSION_WITH_ZSTD = 7;

    /** Length, attributes, two deltas, no key, no value and no headers, one byte each. */
    private static final int SMALLEST_RECORD_BYTES = 7;

    private BatchCheck() {}

    /**
     * Checks the bytes that a Produce request carries for one partition: exactly one batch, whole,
     * that {@link #produced(RecordBatch, int, int, CRC32C)} accepts.
     *
     * @param records from position to limit; neither moves
     * @return null if all is well
     */
    public static @Nullable BatchProblem produced(
            ByteBuffer records, int produceVersion, int maxBatchBytes, CRC32C checksum) {
        BatchProblem shape = oneBatch(records);
        return shape != null
                ? shape
                : produced(RecordBatch.of(records), produceVersion, maxBatchBytes, checksum);
    }

    /**
     * Checks a batch that a client sent, in the order in which Apache Kafka does.
     *
     * @param produceVersion of the request: zstd came with version 7
     * @param maxBatchBytes the topic's {@code max.message.bytes}
     * @return null if all is well
     */
    public static @Nullable BatchProblem produced(
            RecordBatch batch, int produceVersion, int maxBatchBytes, CRC32C checksum) {
        BatchProblem form = form(batch);
        if (form != null) {
            return form;
        }
        BatchProblem rights = clientRights(batch, produceVersion, maxBatchBytes);
        if (rights != null) {
            return rights;
        }
        BatchProblem damage = damage(batch, checksum);
        return damage != null ? damage : clientClaims(batch);
    }

    /**
     * Checks a batch that a leader sent or a disk kept: format, length, checksum and a plausible
     * count. Compaction may have left fewer records than offsets, or none.
     *
     * @return null if all is well
     */
    public static @Nullable BatchProblem stored(RecordBatch batch, CRC32C checksum) {
        BatchProblem form = form(batch);
        if (form != null) {
            return form;
        }
        BatchProblem damage = damage(batch, checksum);
        if (damage != null) {
            return damage;
        }
        long offsets = batch.lastOffsetDelta() + 1L;
        return offsets < 1 || batch.recordCount() < 0 || batch.recordCount() > offsets
                ? badCount(batch)
                : null;
    }

    /**
     * Checks the base timestamp against a topic's bounds ({@code message.timestamp.before.max.ms}
     * and {@code .after.max.ms}, applied to now by the caller). A batch without timestamps passes.
     *
     * @param earliest smallest allowed, in milliseconds since the epoch
     * @param latest largest allowed
     * @return null if all is well
     */
    public static @Nullable BatchProblem baseTimestamp(
            RecordBatch batch, long earliest, long latest) {
        return timestamp("baseTimestamp", batch.baseTimestamp(), earliest, latest);
    }

    /**
     * Whether the header counts more compressed records than can be believed without opening the
     * batch.
     *
     * @param recordsPerByte how many records are believed for each compressed byte
     */
    public static boolean isCountDoubtful(RecordBatch batch, int recordsPerByte) {
        return batch.codecId() != CompressionType.NONE.id()
                && batch.recordCount() > (long) recordsPerByte * recordBytes(batch);
    }

    /**
     * Whether the header's largest timestamp must be wrong, or is so strange that only the records
     * can say: below that of the first record, or outside of the topic's bounds.
     */
    public static boolean isMaxTimestampDoubtful(RecordBatch batch, long earliest, long latest) {
        long max = batch.maxTimestamp();
        return max < batch.baseTimestamp()
                || timestamp("maxTimestamp", max, earliest, latest) != null;
    }

    /**
     * Opens a batch whose header is in doubt and holds the records to it: their count, their
     * offsets and their timestamps. A largest timestamp that is not theirs is put right in the
     * header, as Apache Kafka does with every batch.
     *
     * @param maxDecompressedBytes to how many bytes the batch may open
     * @return null if all is well
     */
    public static @Nullable BatchProblem opened(
            RecordBatch batch,
            RecordDemands demands,
            Codecs codecs,
            long maxDecompressedBytes,
            CRC32C checksum) {
        long largest = Long.MIN_VALUE;
        try (RecordTimes times = RecordTimes.of(batch, codecs, maxDecompressedBytes)) {
            while (times.next()) {
                BatchProblem bounds =
                        timestamp(
                                "recordTimestamp",
                                times.timestamp(),
                                demands.earliest(),
                                demands.latest());
                if (bounds != null) {
                    return bounds;
                }
                if (demands.keys() && !times.hasKey()) {
                    return problem(
                            Kind.MISSING_KEY,
                            "the record with offset delta "
                                    + (times.offset() - batch.baseOffset())
                                    + " has no key; a compacted topic needs one of every record");
                }
                largest = Math.max(largest, times.timestamp());
            }
        } catch (UnsupportedCodecException missing) {
            return problem(Kind.UNSUPPORTED_CODEC, String.valueOf(missing.getMessage()));
        } catch (CorruptRecordException corrupt) {
            return problem(
                    Kind.FALSE_CLAIM,
                    "the batch says "
                            + batch.recordCount()
                            + " records and was opened to count them: "
                            + corrupt.getMessage());
        }
        if (largest != batch.maxTimestamp()) {
            batch.stampMaxTimestamp(largest, checksum);
        }
        return null;
    }

    private static int recordBytes(RecordBatch batch) {
        return batch.sizeInBytes() - RecordBatch.HEADER_BYTES;
    }

    private static @Nullable BatchProblem oneBatch(ByteBuffer records) {
        int left = records.remaining();
        if (left < RecordBatch.LENGTH_PREFIX_BYTES) {
            return problem(
                    Kind.NOT_ONE_BATCH,
                    "the partition's records have "
                            + left
                            + " bytes, too few for a batch; a produce request carries exactly one");
        }
        long claimed = RecordBatch.sizeAt(records, records.position());
        if (claimed < RecordBatch.HEADER_BYTES) {
            return malformedLength(claimed);
        }
        if (claimed > left) {
            return problem(
                    Kind.NOT_ONE_BATCH,
                    "the batch says " + claimed + " bytes, the request carries " + left);
        }
        if (claimed < left) {
            return problem(
                    Kind.NOT_ONE_BATCH,
                    "after the batch of "
                            + claimed
                            + " bytes "
                            + (left - claimed)
                            + " more follow; a produce request carries exactly one batch a partition");
        }
        return null;
    }

    private static @Nullable BatchProblem form(RecordBatch batch) {
        byte magic = batch.magic();
        if (magic != RecordBatch.MAGIC) {
            boolean old = magic == 0 || magic == 1;
            return problem(
                    old ? Kind.OLD_FORMAT : Kind.MALFORMED,
                    "the batch is of format "
                            + magic
                            + (old
                                    ? ", only format 2 is accepted; use a client of Kafka 0.11 or later"
                                    : ", only format 2 exists here"));
        }
        long claimed = RecordBatch.LENGTH_PREFIX_BYTES + (long) batch.batchLength();
        if (claimed < RecordBatch.HEADER_BYTES) {
            return malformedLength(claimed);
        }
        int actual = batch.buffer().limit();
        return claimed == actual
                ? null
                : problem(
                        Kind.MALFORMED,
                        "the batch says " + claimed + " bytes, there are " + actual);
    }

    private static @Nullable BatchProblem clientRights(
            RecordBatch batch, int produceVersion, int maxBatchBytes) {
        byte codec = batch.codecId();
        if (CompressionType.find(codec) == null) {
            return problem(
                    Kind.UNSUPPORTED_CODEC,
                    "the batch says codec " + codec + ", the protocol defines 0 to 4");
        }
        if (codec == CompressionType.ZSTD.id()
                && produceVersion < FIRST_PRODUCE_VERSION_WITH_ZSTD) {
            return problem(
                    Kind.UNSUPPORTED_CODEC,
                    "zstd came with version 7 of the produce request, this one has version "
                            + produceVersion
                            + "; use a newer client or another compression.type");
        }
        if (batch.baseOffset() != 0) {
            return problem(
                    Kind.NONZERO_BASE_OFFSET,
                    "the batch says base offset "
                            + batch.baseOffset()
                            + ", a producer says 0: the leader gives offsets");
        }
        int size = batch.sizeInBytes();
        return size <= maxBatchBytes
                ? null
                : problem(
                        Kind.TOO_LARGE,
                        "the batch has "
                                + size
                                + " bytes, max.message.bytes of the topic allows "
                                + maxBatchBytes
                                + "; raise it, or lower the producer's batch.size or record size");
    }

    private static @Nullable BatchProblem damage(RecordBatch batch, CRC32C checksum) {
        int computed = batch.computeCrc(checksum);
        return computed == batch.crc()
                ? null
                : problem(
                        Kind.BAD_CRC,
                        "the batch says CRC-32C "
                                + HexFormat.of().toHexDigits(batch.crc())
                                + ", its bytes give "
                                + HexFormat.of().toHexDigits(computed)
                                + "; it was damaged on its way or badly built");
    }

    private static @Nullable BatchProblem clientClaims(RecordBatch batch) {
        if (batch.recordCount() < 1 || batch.recordCount() != batch.lastOffsetDelta() + 1L) {
            return badCount(batch);
        }
        if (batch.codecId() == CompressionType.NONE.id()
                && batch.recordCount() > recordBytes(batch) / SMALLEST_RECORD_BYTES) {
            return problem(
                    Kind.FALSE_CLAIM,
                    "the batch says "
                            + batch.recordCount()
                            + " records in "
                            + recordBytes(batch)
                            + " bytes, the smallest record has "
                            + SMALLEST_RECORD_BYTES);
        }
        if (batch.isControl()) {
            return problem(
                    Kind.CONTROL_BATCH, "clients must not write control batches, only brokers may");
        }
        if (batch.hasProducerId() && batch.baseSequence() < 0) {
            return problem(
                    Kind.BAD_SEQUENCE,
                    "the batch of producer "
                            + batch.producerId()
                            + " says base sequence "
                            + batch.baseSequence()
                            + ", an idempotent producer counts from 0");
        }
        if (batch.hasProducerId() && batch.producerEpoch() < RecordBatch.NO_PRODUCER_EPOCH) {
            return problem(
                    Kind.BAD_EPOCH,
                    "the batch of producer "
                            + batch.producerId()
                            + " says epoch "
                            + batch.producerEpoch()
                            + ", an epoch is 0 to 32767");
        }
        if (batch.usesLogAppendTime()) {
            return problem(
                    Kind.BAD_TIMESTAMP,
                    "the batch claims log append time, which only the broker gives");
        }
        return null;
    }

    private static @Nullable BatchProblem timestamp(
            String field, long millis, long earliest, long latest) {
        if (millis == RecordBatch.NO_TIMESTAMP || (millis >= earliest && millis <= latest)) {
            return null;
        }
        return problem(
                Kind.BAD_TIMESTAMP,
                "the batch says "
                        + field
                        + " "
                        + millis
                        + ", the topic's message.timestamp bounds allow "
                        + earliest
                        + " to "
                        + latest
                        + "; check the producer's clock and unit (milliseconds)");
    }

    private static BatchProblem malformedLength(long claimed) {
        return problem(
                Kind.MALFORMED, "the batch says " + claimed + " bytes, its header alone has 61");
    }

    private static BatchProblem badCount(RecordBatch batch) {
        return problem(
                Kind.BAD_COUNT,
                "the batch says "
                        + batch.recordCount()
                        + " records and last offset delta "
                        + batch.lastOffsetDelta()
                        + "; a delta is one less than the count, and a count at least 1");
    }

    private static BatchProblem problem(Kind kind, String message) {
        return new BatchProblem(kind, message);
    }
}
