package mortise.coordinator.group;

/**
 * How far a group has come in a partition.
 *
 * @param leaderEpoch of the last record that was consumed, or -1
 * @param metadata what the client keeps beside it
 * @param expireMillis when it expires by itself, or {@link #NO_EXPIRY}: only commits of clients
 *     from before Apache Kafka 2.1 say that
 */
record CommittedOffset(
        long offset, int leaderEpoch, String metadata, long commitMillis, long expireMillis) {
    static final long NO_EXPIRY = -1;
}
