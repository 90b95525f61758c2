package mortise.broker.flush;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Requests for a sync that meet one that is under way: what was appended before is synced. */
public class FlushRaces {
    private FlushRaces() {}

    /** A log, its ticket, and the line of its directory. */
    abstract static class Line implements FlushWorkers, FlushListener {
        final StubLog log = new StubLog();
        final FlushTicket ticket = new FlushTicket(this, log, this);
        private final ConcurrentLinkedQueue<FlushTicket> waiting = new ConcurrentLinkedQueue<>();
        private final AtomicInteger inLine = new AtomicInteger();
        private volatile boolean doubled;

        @Override
        public final void submit(FlushTicket asked) {
            if (inLine.incrementAndGet() > 1) {
                doubled = true;
            }
            waiting.add(asked);
        }

        final void serveOne() {
            FlushTicket next = waiting.poll();
            if (next != null) {
                inLine.decrementAndGet();
                next.serve();
            }
        }

        final void report(II_Result result) {
            while (!waiting.isEmpty()) {
                serveOne();
            }
            result.r1 = log.durable();
            result.r2 = doubled ? 1 : 0;
        }

        @Override
        public final void flushed() {}

        @Override
        public final void flushFailed(RuntimeException cause) {
            throw cause;
        }

        @Override
        public final void close() {}
    }

    /** The writer asks while its earlier request is about to be served, or is being served. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "everything durable, in line once at most")
    @Outcome(expect = FORBIDDEN, desc = "a request was lost, or stood in line twice")
    @State
    public static class RequestDuringSync extends Line {
        public RequestDuringSync() {
            log.append();
            ticket.request();
        }

        @Actor
        public void writer() {
            log.append();
            ticket.request();
        }

        @Actor
        public void flusher() {
            serveOne();
        }

        @Arbiter
        public void end(II_Result result) {
            report(result);
        }
    }

    /** The writer turns flusher, so that two threads serve one ticket in turn. */
    @JCStressTest
    @Outcome(id = "2, 0", expect = ACCEPTABLE, desc = "everything durable, in line once at most")
    @Outcome(expect = FORBIDDEN, desc = "a request was lost, or stood in line twice")
    @State
    public static class TwoFlushers extends Line {
        public TwoFlushers() {
            log.append();
            ticket.request();
        }

        @Actor
        public void writerThenFlusher() {
            log.append();
            ticket.request();
            serveOne();
        }

        @Actor
        public void flusher() {
            serveOne();
            serveOne();
        }

        @Arbiter
        public void end(II_Result result) {
            report(result);
        }
    }
}
