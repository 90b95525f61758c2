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
 * The drain that leaves a suspended mailbox meets whoever resumes it: one of them goes on, with the
 * step's result, and nothing that is offered meanwhile is served before the continuation, lost, or
 * served twice.
 */
public class SuspendRaces {
    private SuspendRaces() {}

    /** An owner whose first command waits for a step; what others write goes into plain fields. */
    private static final class Waiter extends Stage.Owner {
        private Mailbox<Stage.Numbered, String> mailbox;
        private volatile Suspension suspension;
        private boolean waiting;
        private int result;
        private int continued;
        private int tooEarly;

        @Override
        public void signalled(int raised) {
            super.signalled(raised);
            tooEarly += waiting ? 1 : 0;
        }

        @Override
        public void execute(String command) {
            super.execute(command);
            tooEarly += waiting ? 1 : 0;
        }

        @Override
        public void serve(Stage.Numbered first, DataLane<Stage.Numbered> behind) {
            tooEarly += waiting ? 1 : 0;
            served(first.number());
            if (first.number() == 1) {
                waiting = true;
                suspension = mailbox.suspend(this::proceed);
            }
        }

        private void proceed() {
            waiting = false;
            continued += result;
        }
    }

    /** A mailbox whose owner suspends itself at the first command. */
    abstract static class Suspending {
        final Stage stage;
        private final Waiter owner = new Waiter();
        final Mailbox<Stage.Numbered, String> mailbox;

        Suspending(Stage.Room room) {
            stage = new Stage(room);
            mailbox = stage.mailbox(owner);
            owner.mailbox = mailbox;
        }

        /** The step: its result, and the end of the suspension, as soon as that has begun. */
        final void resume() {
            Suspension begun = owner.suspension;
            while (begun == null) {
                Thread.onSpinWait();
                begun = owner.suspension;
            }
            owner.result += 7;
            begun.resume();
        }

        final void report(III_Result result) {
            stage.work();
            result.r1 = owner.served + 10 * owner.executed + 100 * owner.signals;
            result.r2 = owner.continued;
            result.r3 =
                    owner.tooEarly + 10 * mailbox.commandsUsed() + 100 * (owner.reordered ? 1 : 0);
        }
    }

    /** Resumed while the drain leaves. */
    @JCStressTest
    @Outcome(id = "2, 7, 0", expect = ACCEPTABLE, desc = "continued once, then went on")
    @Outcome(expect = FORBIDDEN, desc = "stuck, continued twice, or went on without the result")
    @State
    public static class ResumeAgainstLeave extends Suspending {
        public ResumeAgainstLeave() {
            super(Stage.WIDE);
        }

        @Actor
        public void drain() {
            Stage.offer(mailbox, 1);
            Stage.offer(mailbox, 2);
            stage.work();
        }

        @Actor
        public void step() {
            resume();
            stage.work();
        }

        @Arbiter
        public void end(III_Result result) {
            report(result);
        }
    }

    /** A quota of one command: what resumes hands the mailbox on while others offer. */
    @JCStressTest
    @Outcome(id = "3, 7, 0", expect = ACCEPTABLE, desc = "continued once, then went on in order")
    @Outcome(expect = FORBIDDEN, desc = "stuck, continued twice, lost or reordered")
    @State
    public static class ResumeAgainstOffers extends Suspending {
        public ResumeAgainstOffers() {
            super(Stage.NARROW);
            Stage.offer(mailbox, 1);
            stage.work();
        }

        @Actor
        public void offerer() {
            Stage.offer(mailbox, 2);
            Stage.offer(mailbox, 3);
            stage.work();
        }

        @Actor
        public void step() {
            resume();
            stage.work();
        }

        @Arbiter
        public void end(III_Result result) {
            report(result);
        }
    }

    /** Control commands and signals wait too. */
    @JCStressTest
    @Outcome(id = "111, 7, 0", expect = ACCEPTABLE, desc = "continued once, then the other lanes")
    @Outcome(expect = FORBIDDEN, desc = "stuck, or a lane was served before the continuation")
    @State
    public static class ResumeAgainstControl extends Suspending {
        public ResumeAgainstControl() {
            super(Stage.WIDE);
            Stage.offer(mailbox, 1);
        }

        @Actor
        public void others() {
            mailbox.signal(1);
            mailbox.control("x");
            stage.work();
        }

        @Actor
        public void step() {
            resume();
            stage.work();
        }

        @Arbiter
        public void end(III_Result result) {
            report(result);
        }
    }
}
