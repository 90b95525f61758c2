package mortise.broker.coordinator;

import mortise.broker.partition.Partition;

/**
 * The time in which this broker leads a coordinator's partition, as long as everything that was
 * decided in it could be appended. Thread-safe.
 */
final class Term {
    private final Partition partition;
    private final int leaderEpoch;
    private volatile boolean ended;

    Term(Partition partition, int leaderEpoch) {
        this.partition = partition;
        this.leaderEpoch = leaderEpoch;
    }

    Partition partition() {
        return partition;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    /** Nothing more is appended in it. */
    void end() {
        ended = true;
    }

    boolean goesOn() {
        return !ended;
    }

    boolean isOf(Partition other, int epoch) {
        return partition.equals(other) && leaderEpoch == epoch;
    }
}
