package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import mortise.broker.net.InflightLimiter.Room;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

class InflightLimiterTest {
    /** Frames up to 10 bytes are small. */
    private static final long BOUND = 1_280;

    private static final int SMALL = 10;
    private static final int LARGE = 400;

    private final InflightLimiter limiter = new InflightLimiter(BOUND);
    private final List<String> granted = new ArrayList<>();

    private InflightLimiter.Waiter waiter(String name, int frameBytes, int wanted) {
        return new InflightLimiter.Waiter() {
            @Override
            public int wantedBytes() {
                return wanted;
            }

            @Override
            public int frameBytes() {
                return frameBytes;
            }

            @Override
            public void granted(Room room) {
                granted.add(name + " " + room);
            }
        };
    }

    private InflightLimiter.Waiter waiter(String name, int frameBytes) {
        return waiter(name, frameBytes, frameBytes);
    }

    @Test
    void theBoundIsReservedAndOneFrameMayGoBeyondIt() {
        assertThat(limiter.tryReserve(LARGE, 400)).isEqualTo(Room.WITHIN);
        assertThat(limiter.tryReserve(LARGE, 400)).isEqualTo(Room.WITHIN);
        assertThat(limiter.tryReserve(LARGE, 400)).as("1,200 of 1,280").isEqualTo(Room.BEYOND);
        assertThat(limiter.tryReserve(LARGE, 400)).isEqualTo(Room.NONE);
        limiter.refundReserved(LARGE, 400, Room.WITHIN);
        assertThat(limiter.tryReserve(LARGE, 400)).as("one is beyond already").isEqualTo(Room.NONE);
        limiter.refundReserved(LARGE, 400, Room.BEYOND);
        assertThat(limiter.tryReserve(LARGE, 400)).isEqualTo(Room.WITHIN);
        assertThat(limiter.heldBytes()).isEqualTo(800);
    }

    @Test
    void largeFramesLeaveAQuarterToSmallOnes() {
        limiter.tryReserve(LARGE, 960);
        assertThat(limiter.tryReserve(LARGE, 1)).isEqualTo(Room.BEYOND);
        assertThat(limiter.tryReserve(LARGE, 1)).isEqualTo(Room.NONE);
        for (int i = 0; i < 31; i++) {
            assertThat(limiter.tryReserve(SMALL, SMALL)).isEqualTo(Room.WITHIN);
        }
        assertThat(limiter.heldBytes()).isEqualTo(1_271);
    }

    @Test
    void eachLineIsServedInItsOrderAndNeitherWaitsForTheOther() {
        limiter.tryReserve(LARGE, 1_000);
        limiter.tryReserve(SMALL, 300);
        assertThat(limiter.tryReserve(LARGE, 300)).isEqualTo(Room.NONE);
        limiter.await(waiter("large 1", LARGE));
        limiter.await(waiter("small 1", SMALL));
        limiter.await(waiter("large 2", 50));
        limiter.await(waiter("small 2", SMALL));
        assertThat(granted).isEmpty();
        assertThat(limiter.tryReserve(SMALL, 1)).as("others wait already").isEqualTo(Room.NONE);
        assertThat(limiter.contended()).isTrue();
        limiter.refundReserved(SMALL, 300, Room.BEYOND);
        assertThat(granted).containsExactly("small 1 WITHIN", "small 2 WITHIN");
        limiter.refundReserved(LARGE, 1_000, Room.BEYOND);
        assertThat(granted)
                .containsExactly(
                        "small 1 WITHIN", "small 2 WITHIN", "large 1 WITHIN", "large 2 WITHIN");
        assertThat(limiter.contended()).isFalse();
        assertThat(limiter.heldBytes()).isEqualTo(470);
    }

    @Test
    void oneFrameOfEachLineFitsHoweverMuchSmallChunksHold() {
        limiter.charge(2_000);
        assertThat(limiter.tryReserve(LARGE, LARGE)).isEqualTo(Room.BEYOND);
        assertThat(limiter.tryReserve(SMALL, SMALL)).isEqualTo(Room.BEYOND);
        assertThat(limiter.tryReserve(SMALL, SMALL)).isEqualTo(Room.NONE);
        limiter.await(waiter("next", SMALL));
        assertThat(granted).isEmpty();
        limiter.refundReserved(SMALL, SMALL, Room.BEYOND);
        assertThat(granted).containsExactly("next BEYOND");
    }

    @Test
    void whoAsksOnlyToBeToldHearsWhenThereIsRoomWhoeverElseWaits() {
        limiter.charge((int) BOUND);
        limiter.tryReserve(LARGE, LARGE);
        limiter.await(waiter("large", LARGE));
        assertThat(limiter.exhausted()).isTrue();
        limiter.await(waiter("told", 0, 0));
        assertThat(granted).isEmpty();
        limiter.refund(LARGE + 1);
        assertThat(granted).containsExactly("told WITHIN");
    }

    @Test
    void whoLeavesItsLineMakesWayForTheNext() {
        limiter.tryReserve(LARGE, 900);
        limiter.tryReserve(LARGE, 900);
        var first = waiter("first", LARGE);
        limiter.await(first);
        limiter.await(waiter("second", 50));
        limiter.refundReserved(LARGE, 900, Room.WITHIN);
        assertThat(granted).as("900 of 960 are held").isEmpty();
        assertThat(limiter.withdraw(first)).isTrue();
        assertThat(granted).containsExactly("second WITHIN");
        assertThat(limiter.withdraw(first)).isFalse();
    }

    /** A frame that grows until it is complete, then is held for a while. */
    private static final class Frame implements InflightLimiter.Waiter {
        private final int number;
        private final int frameBytes;
        private int heldBytes;
        private Room room = Room.NONE;
        private int wanted;

        private Frame(int number, int frameBytes) {
            this.number = number;
            this.frameBytes = frameBytes;
        }

        private boolean complete() {
            return heldBytes == frameBytes;
        }

        @Override
        public int wantedBytes() {
            return wanted;
        }

        @Override
        public int frameBytes() {
            return frameBytes;
        }

        @Override
        public void granted(Room given) {
            room = given == Room.BEYOND ? given : room == Room.BEYOND ? room : Room.WITHIN;
        }
    }

    /**
     * Frames of all sizes take room as they grow, in an order that a seed decides. Whatever it is,
     * each is complete in the end, the bound is exceeded by no more than one frame of each line,
     * and nothing is held at the end.
     */
    @Seeded(runs = 300)
    void everyFrameIsCompleteInTheEndThoughAllGrowAtOnce(RandomGenerator random) {
        List<Frame> open = new ArrayList<>();
        List<Frame> waiting = new ArrayList<>();
        int most = 0;
        for (int i = 0; i < 60; i++) {
            int bytes =
                    random.nextInt(3) == 0 ? random.nextInt(2, SMALL + 1) : random.nextInt(20, 900);
            most = Math.max(most, bytes);
            open.add(new Frame(i, bytes));
        }
        int steps = 0;
        while (!open.isEmpty()) {
            assertThat(steps++).as("steps until all are complete").isLessThan(20_000);
            Frame frame = open.get(random.nextInt(open.size()));
            if (waiting.contains(frame)) {
                if (frame.wanted > 0 && frame.room == Room.NONE) {
                    continue;
                }
                waiting.remove(frame);
                exchange(frame);
            } else if (frame.complete()) {
                limiter.refundReserved(frame.frameBytes, frame.heldBytes, frame.room);
                open.remove(frame);
            } else {
                grow(frame, random, waiting);
            }
            assertThat(limiter.heldBytes())
                    .as("held, with one frame of each line beyond the bound and being copied")
                    .isLessThanOrEqualTo(BOUND + 2L * most + 2 * SMALL);
        }
        assertThat(limiter.heldBytes()).isZero();
        assertThat(limiter.contended()).isFalse();
        assertThat(limiter.tryReserve(LARGE, 960)).isEqualTo(Room.WITHIN);
        assertThat(limiter.tryReserve(SMALL, 330))
                .as("nobody is left beyond")
                .isEqualTo(Room.BEYOND);
        limiter.refundReserved(LARGE, 960, Room.WITHIN);
        limiter.refundReserved(SMALL, 330, Room.BEYOND);
    }

    private void grow(Frame frame, RandomGenerator random, List<Frame> waiting) {
        frame.wanted = random.nextInt(frame.heldBytes + 1, frame.frameBytes + 1);
        if (frame.room == Room.BEYOND) {
            limiter.reserveAnyway(frame.frameBytes, frame.wanted);
            exchange(frame);
            return;
        }
        Room room = limiter.tryReserve(frame.frameBytes, frame.wanted);
        Room before = frame.room;
        if (room != Room.NONE) {
            frame.room = room;
            exchangeFrom(frame, before);
            return;
        }
        // what it holds stays WITHIN; the grant says what it becomes
        frame.room = Room.NONE;
        waiting.add(frame);
        limiter.await(frame);
    }

    /** Gives the smaller chunk back for the larger one. */
    private void exchange(Frame frame) {
        exchangeFrom(frame, Room.WITHIN);
    }

    private void exchangeFrom(Frame frame, Room before) {
        if (frame.heldBytes > 0) {
            assertThat(before).as("frame %d", frame.number).isNotEqualTo(Room.BEYOND);
            limiter.refundReserved(frame.frameBytes, frame.heldBytes, Room.WITHIN);
        }
        frame.heldBytes = frame.wanted;
        frame.wanted = 0;
    }

    /** The reverse of starving: among those who wait in one line, nobody is passed. */
    @Seeded(runs = 100)
    void nobodyIsPassedInItsLine(RandomGenerator random) {
        limiter.tryReserve(LARGE, 960);
        limiter.tryReserve(LARGE, 960);
        limiter.tryReserve(SMALL, 960);
        List<String> smallOrder = new ArrayList<>();
        List<String> largeOrder = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            boolean small = random.nextBoolean();
            int bytes = small ? random.nextInt(1, SMALL + 1) : random.nextInt(SMALL + 1, 30);
            limiter.await(waiter((small ? "small " : "large ") + i, bytes));
            (small ? smallOrder : largeOrder).add((small ? "small " : "large ") + i);
        }
        limiter.refundReserved(LARGE, 960, Room.WITHIN);
        limiter.refundReserved(LARGE, 960, Room.BEYOND);
        limiter.refundReserved(SMALL, 960, Room.BEYOND);
        List<String> names =
                granted.stream().map(grant -> grant.substring(0, grant.lastIndexOf(' '))).toList();
        assertThat(names.stream().filter(name -> name.startsWith("small")).toList())
                .containsExactlyElementsOf(smallOrder);
        assertThat(names.stream().filter(name -> name.startsWith("large")).toList())
                .containsExactlyElementsOf(largeOrder);
    }
}
