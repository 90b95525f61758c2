package mortise.broker.fetch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** A fetch that parks while partitions progress: it is behind or asleep, never both. */
public class MarkRaces {
    private MarkRaces() {}

    /** A partition's interest without the partition. */
    private static final class Mark extends DirtyMark {}

    /** One change while a fetch looks and parks. */
    @JCStressTest
    @Outcome(id = "0, 1, 1", expect = ACCEPTABLE, desc = "seen by the look, asleep")
    @Outcome(id = "1, 0, 1", expect = ACCEPTABLE, desc = "parked, and woken once")
    @Outcome(id = "0, 0, 0", expect = ACCEPTABLE, desc = "marked before it could sleep")
    @Outcome(id = "1, 1, 1", expect = ACCEPTABLE, desc = "seen, and woken by the late marker")
    @Outcome(expect = FORBIDDEN, desc = "asleep and behind (lost wake-up), or woken twice")
    @State
    public static class ParkAgainstMark {
        private final DirtyMarks marks = new DirtyMarks();
        private final Mark mark = new Mark();
        private final AtomicInteger woken = new AtomicInteger();
        private volatile int watermark;
        private int seen;
        private int parked;

        @Actor
        public void fetch() {
            marks.take(changed -> seen = watermark);
            parked = marks.park(woken::incrementAndGet) ? 1 : 0;
        }

        @Actor
        public void appender() {
            watermark = 1;
            marks.mark(mark);
        }

        @Arbiter
        public void end(III_Result result) {
            result.r1 = woken.get();
            result.r2 = seen;
            result.r3 = parked;
        }
    }

    /** A partition whose mark is there already changes again while the mark is taken. */
    @JCStressTest
    @Outcome(id = "0", expect = ACCEPTABLE, desc = "up to date, woken, or about to look again")
    @Outcome(expect = FORBIDDEN, desc = "asleep and behind")
    @State
    public static class MarkedAgain {
        private final DirtyMarks marks = new DirtyMarks();
        private final Mark mark = new Mark();
        private final AtomicInteger woken = new AtomicInteger();
        private volatile int watermark = 1;
        private int seen;
        private boolean parked;

        public MarkedAgain() {
            marks.mark(mark);
        }

        @Actor
        public void fetch() {
            marks.take(changed -> seen = watermark);
            parked = marks.park(woken::incrementAndGet);
        }

        @Actor
        public void appender() {
            watermark = 2;
            marks.mark(mark);
        }

        @Arbiter
        public void end(I_Result result) {
            result.r1 = parked && woken.get() == 0 && seen < 2 ? 1 : 0;
        }
    }

    /** Two partitions and the timer find one parked fetch. */
    @JCStressTest
    @Outcome(id = "1, 2", expect = ACCEPTABLE, desc = "completed once, both marks kept")
    @Outcome(expect = FORBIDDEN, desc = "completed twice or never, or a mark was lost")
    @State
    public static class MarksAgainstTimer {
        private final DirtyMarks marks = new DirtyMarks();
        private final AtomicInteger woken = new AtomicInteger();
        private final DirtyMarks.Waiter waiter = woken::incrementAndGet;
        private final Mark one = new Mark();
        private final Mark other = new Mark();

        public MarksAgainstTimer() {
            marks.park(waiter);
        }

        @Actor
        public void appender() {
            marks.mark(one);
        }

        @Actor
        public void timerAndAppender() {
            if (marks.claim(waiter)) {
                waiter.woken();
            }
            marks.mark(other);
        }

        @Arbiter
        public void end(II_Result result) {
            int[] left = {0};
            marks.take(mark -> left[0]++);
            result.r1 = woken.get();
            result.r2 = left[0];
        }
    }
}
