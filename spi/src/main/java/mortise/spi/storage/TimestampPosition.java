package mortise.spi.storage;

/**
 * A batch found by its timestamp.
 *
 * @param baseOffset the batch's first offset
 * @param lastOffset the batch's last offset
 * @param maxTimestamp the batch's largest timestamp, in milliseconds
 * @param leaderEpoch the leader epoch that stamped it
 */
public record TimestampPosition(
        long baseOffset, long lastOffset, long maxTimestamp, int leaderEpoch) {}
