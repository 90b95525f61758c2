package mortise.broker.fetch;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Requests and an eviction that meet at one fetch session. */
public class SessionRaces {
    private SessionRaces() {}

    private static FetchSession watching() {
        FetchSession session = new FetchSession(1, false, 0);
        session.watchAll(null);
        return session;
    }

    /** An eviction comes while the owner gives the session up. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "registered nowhere, and nobody takes it")
    @Outcome(
            expect = FORBIDDEN,
            desc = "still registered with its partitions, or taken after its end")
    @State
    public static class EndAgainstClose {
        private final FetchSession session = watching();

        @Actor
        public void owner() {
            session.end();
        }

        @Actor
        public void evictor() {
            session.close();
        }

        @Arbiter
        public void end(II_Result result) {
            result.r1 = session.watching() ? 1 : 0;
            result.r2 = session.begin(session.nextEpoch(), 0) ? 1 : 0;
        }
    }

    /** An eviction comes while a request takes the session. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "registered nowhere, and nobody takes it")
    @Outcome(
            expect = FORBIDDEN,
            desc = "still registered with its partitions, or taken after its end")
    @State
    public static class BeginAgainstClose {
        private final FetchSession session = watching();

        public BeginAgainstClose() {
            session.end();
        }

        @Actor
        public void request() {
            if (session.begin(1, 0)) {
                session.end();
            }
        }

        @Actor
        public void evictor() {
            session.close();
        }

        @Arbiter
        public void end(II_Result result) {
            result.r1 = session.watching() ? 1 : 0;
            result.r2 = session.begin(session.nextEpoch(), 0) ? 1 : 0;
        }
    }

    /** Two requests carry the same epoch. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one of them has the session")
    @Outcome(expect = FORBIDDEN, desc = "both own it, or none")
    @State
    public static class TwoRequests {
        private final FetchSession session = watching();

        public TwoRequests() {
            session.end();
        }

        @Actor
        public void one(II_Result result) {
            result.r1 = session.begin(1, 0) ? 1 : 0;
        }

        @Actor
        public void two(II_Result result) {
            result.r2 = session.begin(1, 0) ? 1 : 0;
        }
    }

    /** One of two requests with the same epoch is through before the other begins. */
    @JCStressTest
    @Outcome(
            id = {"1, 0", "0, 1"},
            expect = ACCEPTABLE,
            desc = "one epoch, one request")
    @Outcome(expect = FORBIDDEN, desc = "an epoch was served twice, or not at all")
    @State
    public static class TwoRequestsInFull {
        private final FetchSession session = watching();

        public TwoRequestsInFull() {
            session.end();
        }

        @Actor
        public void one(II_Result result) {
            result.r1 = served() ? 1 : 0;
        }

        @Actor
        public void two(II_Result result) {
            result.r2 = served() ? 1 : 0;
        }

        private boolean served() {
            boolean mine = session.begin(1, 0);
            if (mine) {
                session.end();
            }
            return mine;
        }
    }
}
