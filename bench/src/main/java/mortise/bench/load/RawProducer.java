package mortise.bench.load;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends prepared produce requests, each in its turn, over its connection again and again: when the
 * timeline says so, or as many at once as may be unanswered. Requests that are due while the
 * connection has as many unanswered as it may wait in the driver, and their latency runs from when
 * they were due. Confined to the driver's thread.
 */
final class RawProducer extends RawConnection {
    /** A connection's answers are looked into once in so many; all of them are counted. */
    private static final int CHECKED_EVERY = 64;

    private static final int RING_BYTES = 128 << 10;
    private static final long PATIENCE_NANOS = 300_000_000_000L;
    private static final long PAUSE_NANOS = 5_000_000;

    private final Run run;
    private final List<PreparedProduce> requests;
    private final PreparedProduce first;
    private final Pace pace;
    private final long most;
    private final ByteBuffer outgoing;
    private final long[] due;
    private long sent;
    private long answered;
    private long unwritten;
    private boolean ended;
    private long beginNanos = Long.MIN_VALUE;
    private long freeSinceNanos;

    /**
     * Connects.
     *
     * @param requests at least one, all of the same size
     * @param most how many requests it sends at most
     */
    RawProducer(Run run, List<PreparedProduce> requests, Pace pace, long most, Selector selector)
            throws IOException {
        super(run.address(), selector);
        this.run = run;
        this.requests = List.copyOf(requests);
        this.first = requests.getFirst();
        this.pace = pace;
        this.most = most;
        int inFlight = run.workload().producers().sending().inFlight();
        due = new long[inFlight];
        int copies = Math.clamp(RING_BYTES / first.frame().remaining(), 1, inFlight);
        int laps = Math.ceilDiv(copies, requests.size());
        outgoing =
                ByteBuffer.allocateDirect(
                        Math.multiplyExact(laps * requests.size(), first.frame().remaining()));
        for (int lap = 0; lap < laps; lap++) {
            requests.forEach(request -> outgoing.put(request.frame().duplicate()));
        }
        outgoing.flip();
    }

    /**
     * Sends a request for each partition until it is accepted: a broker may say that a partition
     * has a leader a moment before that leader knows.
     */
    void awaitLeaders() throws IOException {
        Set<Integer> accepted = new HashSet<>();
        for (PreparedProduce request : requests) {
            if (accepted.add(request.partition())) {
                awaitLeader(request);
            }
        }
    }

    /** The same with another request. */
    void awaitLeader(PreparedProduce probe) throws IOException {
        long until = run.clock().nanoTime() + PATIENCE_NANOS;
        short error = PreparedProduce.error(exchange(probe.frame().duplicate()));
        while (error != 0) {
            if (run.clock().nanoTime() - until > 0) {
                throw new IOException("a partition took no request: error " + error);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
            error = PreparedProduce.error(exchange(probe.frame().duplicate()));
        }
    }

    @Override
    long send(long nowNanos) throws IOException {
        if (beginNanos == Long.MIN_VALUE) {
            beginNanos = nowNanos;
            freeSinceNanos = nowNanos;
        }
        long next = Long.MAX_VALUE;
        while (!ended && sent < most && outstanding() < due.length) {
            long when = pace.isMaximum() ? nowNanos : pace.dueNanos(beginNanos, sent);
            if (run.window().isOver(when)) {
                break;
            }
            if (when - nowNanos > 0) {
                next = when;
                break;
            }
            if (!pace.isMaximum()) {
                run.notes().punctuality().late(nowNanos, nowNanos - Math.max(when, freeSinceNanos));
            }
            due[(int) (sent++ % due.length)] = when;
            unwritten += first.frame().remaining();
        }
        // what was due before the end is sent, however late, but nothing waits for an answer first
        ended |= run.window().isOver(nowNanos);
        write();
        return next;
    }

    private void write() throws IOException {
        boolean full = false;
        while (unwritten > 0 && !full) {
            int end = outgoing.capacity();
            outgoing.limit((int) Math.min(end, outgoing.position() + unwritten));
            unwritten -= channel.write(outgoing);
            full = outgoing.hasRemaining();
            outgoing.limit(end);
            if (!outgoing.hasRemaining()) {
                outgoing.position(0);
            }
        }
        wantsWrite(unwritten > 0);
    }

    @Override
    void answered(ByteBuffer frame, long nowNanos) {
        if (outstanding() == due.length) {
            freeSinceNanos = nowNanos;
        }
        if (answered % CHECKED_EVERY == 0) {
            short error = PreparedProduce.error(frame);
            if (error != 0) {
                run.notes().failures().note("a request was answered with error " + error);
            }
        }
        run.notes()
                .produced()
                .note(
                        due[(int) (answered++ % due.length)],
                        nowNanos,
                        first.records(),
                        first.batchBytes());
    }

    /** Whether everything that it may send was sent and answered. */
    boolean isDone() {
        return answered == most;
    }

    @Override
    int outstanding() {
        return (int) (sent - answered);
    }
}
