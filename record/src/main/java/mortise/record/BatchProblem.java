package mortise.record;

import mortise.api.ErrorCode;

/**
 * Why a batch is refused.
 *
 * @param kind which check it failed
 * @param message what was met, what was wanted and what to do, in one line
 */
public record BatchProblem(Kind kind, String message) {
    /** The checks, each with the code that Apache Kafka answers. */
    public enum Kind {
        /** No whole batch, or more than one, where exactly one belongs. */
        NOT_ONE_BATCH(ErrorCode.INVALID_RECORD),
        /** A format before 2. */
        OLD_FORMAT(ErrorCode.INVALID_RECORD),
        /** A format that does not exist, or a length that no batch has. */
        MALFORMED(ErrorCode.CORRUPT_MESSAGE),
        /** The checksum is not that of the bytes. */
        BAD_CRC(ErrorCode.CORRUPT_MESSAGE),
        /** More bytes than the topic allows. */
        TOO_LARGE(ErrorCode.MESSAGE_TOO_LARGE),
        /** A producer that has already given the batch an offset. */
        NONZERO_BASE_OFFSET(ErrorCode.INVALID_RECORD),
        /** No records, or not as many as offsets. */
        BAD_COUNT(ErrorCode.INVALID_RECORD),
        /** More records than the bytes hold, or bytes that do not open to what the header says. */
        FALSE_CLAIM(ErrorCode.INVALID_RECORD),
        /** Control records, which only brokers write. */
        CONTROL_BATCH(ErrorCode.INVALID_RECORD),
        /** A producer id without a sequence number. */
        BAD_SEQUENCE(ErrorCode.INVALID_RECORD),
        /** A producer epoch that no producer can have. */
        BAD_EPOCH(ErrorCode.INVALID_PRODUCER_EPOCH),
        /** A codec that the protocol, or this version of the request, does not have. */
        UNSUPPORTED_CODEC(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE),
        /** A record without a key, where the topic asks for keys. */
        MISSING_KEY(ErrorCode.INVALID_RECORD),
        /** A timestamp outside the topic's bounds, or claimed to be of the log. */
        BAD_TIMESTAMP(ErrorCode.INVALID_TIMESTAMP);

        private final ErrorCode code;

        Kind(ErrorCode code) {
            this.code = code;
        }

        /** What a client is told. */
        public ErrorCode code() {
            return code;
        }
    }

    /** What a client is told. */
    public ErrorCode code() {
        return kind.code();
    }
}
