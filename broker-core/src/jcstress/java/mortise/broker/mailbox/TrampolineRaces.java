package mortise.broker.mailbox;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Mailboxes whose drains offer to each other. Nothing is lost between the run queues of two
 * threads, and no drain begins inside another.
 */
public class TrampolineRaces {
    private TrampolineRaces() {}

    /** An owner that sends a command on to another mailbox for each of its first ones. */
    private static final class Forwarder extends Stage.Owner {
        private Mailbox<Stage.Numbered, String> next;
        private boolean inside;
        private boolean nested;

        @Override
        void served(int number) {
            super.served(number);
            nested |= inside;
            inside = true;
            if (number < 0) {
                Stage.offer(next, 0);
            }
            inside = false;
        }
    }

    /** Two mailboxes that forward to each other. */
    abstract static class Pair {
        private final Stage stage;
        private final Forwarder ownerX = new Forwarder();
        private final Forwarder ownerY = new Forwarder();
        final Mailbox<Stage.Numbered, String> x;
        final Mailbox<Stage.Numbered, String> y;

        Pair(Stage.Room room) {
            stage = new Stage(room);
            x = stage.mailbox(ownerX);
            y = stage.mailbox(ownerY);
            ownerX.next = y;
            ownerY.next = x;
        }

        final void work() {
            stage.work();
        }

        final void report(III_Result result) {
            work();
            result.r1 = ownerX.served;
            result.r2 = ownerY.served;
            result.r3 =
                    (ownerX.nested || ownerY.nested ? 1_000 : 0)
                            + x.commandsUsed()
                            + y.commandsUsed();
        }
    }

    /** Each thread's run queue has room for what becomes runnable. */
    @JCStressTest
    @Outcome(id = "2, 2, 0", expect = ACCEPTABLE, desc = "everything forwarded and served")
    @Outcome(expect = FORBIDDEN, desc = "a command was left behind or a drain nested")
    @State
    public static class CrossOffers extends Pair {
        public CrossOffers() {
            super(Stage.WIDE);
        }

        @Actor
        public void one() {
            Stage.offer(x, -1);
        }

        @Actor
        public void two() {
            Stage.offer(y, -1);
        }

        @Arbiter
        public void end(III_Result result) {
            report(result);
        }
    }

    /** There is no run queue: everything that becomes runnable goes to a drain thread. */
    @JCStressTest
    @Outcome(id = "2, 2, 0", expect = ACCEPTABLE, desc = "everything forwarded and served")
    @Outcome(expect = FORBIDDEN, desc = "a command was left behind or a drain nested")
    @State
    public static class CrossOffersHandedOn extends Pair {
        public CrossOffersHandedOn() {
            super(Stage.NARROW);
        }

        @Actor
        public void one() {
            Stage.offer(x, -1);
            work();
        }

        @Actor
        public void two() {
            Stage.offer(y, -1);
            work();
        }

        @Arbiter
        public void end(III_Result result) {
            report(result);
        }
    }
}
