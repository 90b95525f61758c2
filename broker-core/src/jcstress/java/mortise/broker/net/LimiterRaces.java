package mortise.broker.net;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import mortise.broker.net.InflightLimiter.Room;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/** Connections that want memory while others give it back. */
public class LimiterRaces {
    /** A large frame, of which one may be beyond the bound. */
    private static final int FRAME = 100;

    private LimiterRaces() {}

    /** A connection that wants 60 bytes; its field is written under the limiter's lock. */
    private static final class Wish implements InflightLimiter.Waiter {
        private int granted;
        private Room room = Room.NONE;

        @Override
        public int wantedBytes() {
            return 60;
        }

        @Override
        public int frameBytes() {
            return FRAME;
        }

        @Override
        public void granted(Room given) {
            room = given;
            granted += 60;
        }
    }

    /** Memory is given back while a connection decides to wait for it. */
    @JCStressTest
    @Outcome(id = "60, 60", expect = ACCEPTABLE, desc = "reserved at once or granted")
    @Outcome(expect = FORBIDDEN, desc = "it waits for memory that is there, or bytes leaked")
    @State
    public static class AwaitAgainstRefund {
        private final InflightLimiter limiter = new InflightLimiter(100);
        private final Wish wish = new Wish();
        private int reserved;

        public AwaitAgainstRefund() {
            limiter.tryReserve(FRAME, 100);
        }

        @Actor
        public void wants() {
            if (limiter.tryReserve(FRAME, 60) != Room.NONE) {
                reserved = 60;
            } else {
                limiter.await(wish);
            }
        }

        @Actor
        public void givesBack() {
            limiter.refundReserved(FRAME, 100, Room.BEYOND);
        }

        @Arbiter
        public void end(II_Result result) {
            result.r1 = reserved + wish.granted;
            result.r2 = (int) limiter.heldBytes();
        }
    }

    /** A connection closes while it is granted what it waited for. */
    @JCStressTest
    @Outcome(id = "0, 1", expect = ACCEPTABLE, desc = "nothing held, and a reservation succeeds")
    @Outcome(expect = FORBIDDEN, desc = "the grant leaked, or somebody waits for ever")
    @State
    public static class WithdrawAgainstGrant {
        private final InflightLimiter limiter = new InflightLimiter(100);
        private final Wish wish = new Wish();

        public WithdrawAgainstGrant() {
            limiter.tryReserve(FRAME, 100);
            limiter.await(wish);
        }

        @Actor
        public void closes() {
            if (!limiter.withdraw(wish)) {
                limiter.refundReserved(FRAME, 60, wish.room);
            }
        }

        @Actor
        public void givesBack() {
            limiter.refundReserved(FRAME, 100, Room.BEYOND);
        }

        @Arbiter
        public void end(II_Result result) {
            result.r1 = (int) limiter.heldBytes();
            result.r2 = limiter.tryReserve(FRAME, 60) == Room.NONE ? 0 : 1;
        }
    }
}
