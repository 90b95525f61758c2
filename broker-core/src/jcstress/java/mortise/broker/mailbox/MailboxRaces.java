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
 * Threads that meet at one mailbox: everything is served once, by one owner at a time. An actor
 * that calls {@link Stage#work} goes on as a drain thread.
 */
public class MailboxRaces {
    private MailboxRaces() {}

    /** Two threads offer; one of them, or first one and then the other, drains. */
    @JCStressTest
    @Outcome(id = "2, 0, 0", expect = ACCEPTABLE, desc = "both served, credit given back")
    @Outcome(expect = FORBIDDEN, desc = "lost, counted by two owners at once, or credit leaked")
    @State
    public static class TwoOffers {
        private final Stage stage = new Stage(Stage.WIDE);
        private final Stage.Owner owner = new Stage.Owner();
        private final Mailbox<Stage.Numbered, String> mailbox = stage.mailbox(owner);

        @Actor
        public void one() {
            Stage.offer(mailbox, 0);
        }

        @Actor
        public void two() {
            Stage.offer(mailbox, 0);
        }

        @Arbiter
        public void end(III_Result result) {
            result.r1 = owner.served;
            result.r2 = mailbox.commandsUsed();
            result.r3 = (int) mailbox.bytesUsed();
        }
    }

    /** A signal meets an offer: whoever owns the mailbox sees what the signal speaks of. */
    @JCStressTest
    @Outcome(
            id = "1, 1, 7",
            expect = ACCEPTABLE,
            desc = "command served, signal handled with its news")
    @Outcome(expect = FORBIDDEN, desc = "a lost command, a lost signal, or old news")
    @State
    public static class OfferAgainstSignal {
        private int news;
        private int heard;
        private final Stage stage = new Stage(Stage.WIDE);
        private final Stage.Owner owner =
                new Stage.Owner() {
                    @Override
                    public void signalled(int raised) {
                        super.signalled(raised);
                        heard = news;
                    }
                };
        private final Mailbox<Stage.Numbered, String> mailbox = stage.mailbox(owner);

        @Actor
        public void offerer() {
            Stage.offer(mailbox, 0);
        }

        @Actor
        public void signaller() {
            news = 7;
            mailbox.signal(1);
            stage.work();
        }

        @Arbiter
        public void end(III_Result result) {
            stage.work();
            result.r1 = owner.served;
            result.r2 = owner.signals;
            result.r3 = heard;
        }
    }

    /**
     * A signal that both raise and one that only one raises: they may be handled together, but then
     * with the news of both.
     */
    @JCStressTest
    @Outcome(id = "3, 3, 5", expect = ACCEPTABLE, desc = "both handled, the last look saw both")
    @Outcome(expect = FORBIDDEN, desc = "a signal was lost, or the news of one that found it up")
    @State
    public static class TwoSignals {
        private int first;
        private int second;
        private int heardFirst;
        private int heardSecond;
        private final Stage stage = new Stage(Stage.WIDE);
        private final Stage.Owner owner =
                new Stage.Owner() {
                    @Override
                    public void signalled(int raised) {
                        super.signalled(raised);
                        heardFirst = first;
                        heardSecond = second;
                    }
                };
        private final Mailbox<Stage.Numbered, String> mailbox = stage.mailbox(owner);

        @Actor
        public void one() {
            first = 3;
            mailbox.signal(1);
            stage.work();
        }

        @Actor
        public void two() {
            second = 5;
            mailbox.signal(3);
            stage.work();
        }

        @Arbiter
        public void end(III_Result result) {
            stage.work();
            result.r1 = owner.signals;
            result.r2 = heardFirst;
            result.r3 = heardSecond;
        }
    }

    /** A control command goes with the mailbox to a drain thread, whoever owned it first. */
    @JCStressTest
    @Outcome(id = "1, 1, 0", expect = ACCEPTABLE, desc = "both lanes served")
    @Outcome(expect = FORBIDDEN, desc = "a lane was left behind, or served twice")
    @State
    public static class ControlAgainstOffer {
        private final Stage stage = new Stage(Stage.WIDE);
        private final Stage.Owner owner = new Stage.Owner();
        private final Mailbox<Stage.Numbered, String> mailbox = stage.mailbox(owner);

        @Actor
        public void control() {
            mailbox.control("stop");
            stage.work();
        }

        @Actor
        public void offerer() {
            Stage.offer(mailbox, 0);
        }

        @Arbiter
        public void end(III_Result result) {
            stage.work();
            result.r1 = owner.served;
            result.r2 = owner.executed;
            result.r3 = mailbox.commandsUsed();
        }
    }

    /** A quota of one command: ownership moves to a drain thread while others offer. */
    @JCStressTest
    @Outcome(id = "3, 0, 0", expect = ACCEPTABLE, desc = "all served, each thread's in its order")
    @Outcome(expect = FORBIDDEN, desc = "lost, doubled or reordered by the hand-over")
    @State
    public static class QuotaHandsOn {
        private final Stage stage = new Stage(Stage.NARROW);
        private final Stage.Owner owner = new Stage.Owner();
        private final Mailbox<Stage.Numbered, String> mailbox = stage.mailbox(owner);

        @Actor
        public void two() {
            Stage.offer(mailbox, 1);
            Stage.offer(mailbox, 2);
        }

        @Actor
        public void one() {
            Stage.offer(mailbox, 0);
            stage.work();
        }

        @Arbiter
        public void end(III_Result result) {
            stage.work();
            result.r1 = owner.served;
            result.r2 = owner.reordered ? 1 : 0;
            result.r3 = mailbox.commandsUsed();
        }
    }
}
