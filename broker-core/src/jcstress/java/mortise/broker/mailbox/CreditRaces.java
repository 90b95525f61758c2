package mortise.broker.mailbox;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.III_Result;

/**
 * Requests that want more room than their mailboxes have: each is granted once, and in the end
 * nobody waits and no credit is taken.
 */
public class CreditRaces {
    private CreditRaces() {}

    /** Two mailboxes with room for one command each. */
    abstract static class TwoMailboxes {
        final Stage stage = new Stage(Stage.TIGHT);
        final Stage.Owner ownerA = new Stage.Owner();
        final Stage.Owner ownerB = new Stage.Owner();
        final Mailbox<Stage.Numbered, String> a = stage.mailbox(ownerA);
        final Mailbox<Stage.Numbered, String> b = stage.mailbox(ownerB);
        final AtomicInteger grants = new AtomicInteger();

        /** Enters a request with one command for each target, and offers them if there is room. */
        final void request(Mailbox<Stage.Numbered, String>... targets) {
            CreditRequest request = new Request(List.of(targets));
            if (stage.line.enter(request)) {
                request.creditGranted();
            }
        }

        private final class Request implements CreditRequest {
            private final List<Mailbox<Stage.Numbered, String>> targets;

            Request(List<Mailbox<Stage.Numbered, String>> targets) {
                this.targets = targets;
            }

            @Override
            public int commandCount() {
                return targets.size();
            }

            @Override
            public Mailbox<?, ?> target(int index) {
                return targets.get(index);
            }

            @Override
            public int bytes(int index) {
                return Stage.BYTES;
            }

            @Override
            public void creditGranted() {
                grants.incrementAndGet();
                targets.forEach(target -> target.offer(new Stage.Numbered(0)));
            }
        }

        final void report(III_Result result) {
            stage.work();
            result.r1 = grants.get();
            result.r2 = ownerA.served + ownerB.served;
            result.r3 =
                    a.commandsUsed()
                            + b.commandsUsed()
                            + (int) (a.bytesUsed() + b.bytesUsed())
                            + stage.line.length()
                            + (a.data().awaited() || b.data().awaited() ? 1 : 0);
        }
    }

    /** Room is made while a request decides to wait for it. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "granted at once or when room was made")
    @Outcome(expect = FORBIDDEN, desc = "it waits for room that is there (lost wake-up)")
    @State
    public static class WaitAgainstGiveBack extends TwoMailboxes {
        public WaitAgainstGiveBack() {
            a.tryTake(Stage.BYTES);
        }

        @Actor
        public void wants() {
            request(a);
        }

        @Actor
        public void givesBack() {
            a.data().giveBack(1, Stage.BYTES);
        }

        @Arbiter
        public void end(III_Result result) {
            report(result);
        }
    }

    /** Two requests over the same two mailboxes, named in opposite orders. */
    @JCStressTest
    @Outcome(id = "2, 4, 0", expect = ACCEPTABLE, desc = "both granted, one after the other")
    @Outcome(expect = FORBIDDEN, desc = "deadlock over halves, a double grant, or leaked credit")
    @State
    public static class OppositeOrders extends TwoMailboxes {
        @Actor
        public void forth() {
            request(a, b);
        }

        @Actor
        public void back() {
            request(b, a);
        }

        @Arbiter
        public void end(III_Result result) {
            report(result);
        }
    }

    /**
     * A request takes half of its room, finds the other half missing and puts the half back, while
     * another finds that half taken.
     */
    @JCStressTest
    @Outcome(id = "2, 3, 0", expect = ACCEPTABLE, desc = "both granted")
    @Outcome(expect = FORBIDDEN, desc = "somebody waits for a half that was put back")
    @State
    public static class HalfTaken extends TwoMailboxes {
        public HalfTaken() {
            b.tryTake(Stage.BYTES);
        }

        @Actor
        public void wantsBoth() {
            request(a, b);
        }

        @Actor
        public void wantsOne() {
            request(a);
            b.data().giveBack(1, Stage.BYTES);
        }

        @Arbiter
        public void end(III_Result result) {
            report(result);
        }
    }
}
