package mortise.client;

import java.time.Duration;

/**
 * The attempts of one call. It says which failures pass by themselves, and pauses before the next
 * attempt: longer each time, by chance a little more or less, and never beyond the call's deadline.
 * Confined to the thread of its call.
 */
final class Attempts {
    /** How often what may pass, but mostly does not, is tried. */
    private static final int FEW = 5;

    private static final long FIRST_PAUSE_NANOS = 50_000_000;
    private static final long LONGEST_PAUSE_NANOS = 1_000_000_000;
    private static final double SPREAD = 0.2;

    private final ClientTime time;
    private final Deadline deadline;
    private int failed;
    private int failedForLong;

    /** How long a failure lasts. */
    private enum Passing {
        /** It is the answer. */
        NEVER,
        /** At once or not at all: a topic that is just being made, a connection that was cut. */
        SOON,
        /**
         * It may take as long as the call: a leader that is being elected, a broker that starts.
         */
        SOMETIME
    }

    Attempts(ClientTime time, Deadline deadline) {
        this.time = time;
        this.deadline = deadline;
    }

    /** Returns after a pause if trying again may help; throws the failure if not. */
    void pauseAfter(BrokerErrorException failure) {
        if (!pause(passing(failure))) {
            throw failure;
        }
    }

    /** Returns after a pause if trying again may help; throws the failure if not. */
    void pauseAfter(ConnectionFailedException failure) {
        if (!pause(passing(failure))) {
            throw failure;
        }
    }

    private boolean pause(Passing passing) {
        failed++;
        if (passing != Passing.SOMETIME) {
            failedForLong++;
        }
        if (passing == Passing.NEVER || failedForLong == FEW) {
            return false;
        }
        long pause = pauseNanos();
        if (pause >= deadline.remainingNanos() || Thread.currentThread().isInterrupted()) {
            return false;
        }
        time.pause(Duration.ofNanos(pause));
        return true;
    }

    private long pauseNanos() {
        int doublings = Math.min(failed - 1, 10);
        long even = Math.min(FIRST_PAUSE_NANOS << doublings, LONGEST_PAUSE_NANOS);
        return (long) (even * (1 - SPREAD + 2 * SPREAD * time.chance()));
    }

    private static Passing passing(BrokerErrorException failure) {
        return switch (failure.error()) {
            case UNKNOWN_TOPIC_OR_PARTITION,
                    UNKNOWN_TOPIC_ID,
                    INCONSISTENT_TOPIC_ID,
                    KAFKA_STORAGE_ERROR,
                    CORRUPT_MESSAGE ->
                    Passing.SOON;
            default -> failure.error().retriable() ? Passing.SOMETIME : Passing.NEVER;
        };
    }

    private static Passing passing(ConnectionFailedException failure) {
        return switch (failure.kind()) {
            case UNREACHABLE, BROKEN -> Passing.SOON;
            case GONE -> Passing.SOMETIME;
            case LATE, UNUSABLE -> Passing.NEVER;
        };
    }
}
