package mortise.bench.load;

import mortise.bench.workload.Rate;

/**
 * A timeline that waits for nobody: when each request is to be sent, from the moment at which the
 * sender begins.
 *
 * @param offsetNanos from there to the first, so that several senders take turns
 * @param everyNanos from one to the next; 0 if there is no timeline
 */
record Pace(long offsetNanos, double everyNanos) {
    /** No timeline. */
    static final Pace MAXIMUM = new Pace(0, 0);

    /**
     * The timeline of one of several senders.
     *
     * @param each how many records are sent at once
     */
    static Pace of(Rate rate, int each, int sender, int senders) {
        if (rate.isMaximum()) {
            return MAXIMUM;
        }
        double every = 1e9 * senders * each / rate.recordsPerSecond();
        return new Pace((long) (every * sender / senders), every);
    }

    boolean isMaximum() {
        return everyNanos == 0;
    }

    /** When a request, counted from 0, is due. */
    long dueNanos(long beginNanos, long number) {
        return beginNanos + offsetNanos + (long) (everyNanos * number);
    }
}
