package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class InflightLimiterTest {
    private final InflightLimiter limiter = new InflightLimiter(100);
    private final List<String> granted = new ArrayList<>();

    private InflightLimiter.Waiter waiter(String name, int wanted) {
        return new InflightLimiter.Waiter() {
            @Override
            public int wantedBytes() {
                return wanted;
            }

            @Override
            public void granted(int bytes) {
                granted.add(name);
            }
        };
    }

    @Test
    void reservationsBeyondTheBoundAreRefused() {
        assertThat(limiter.tryReserve(60)).isTrue();
        assertThat(limiter.tryReserve(41)).isFalse();
        assertThat(limiter.tryReserve(40)).isTrue();
        assertThat(limiter.heldBytes()).isEqualTo(100);
    }

    @Test
    void waitersAreServedInTheirOrder() {
        limiter.tryReserve(90);
        limiter.await(waiter("large", 80));
        limiter.await(waiter("small", 5));
        assertThat(granted).isEmpty();
        assertThat(limiter.tryReserve(1)).as("others wait already").isFalse();
        limiter.refundReserved(90);
        assertThat(granted).containsExactly("large", "small");
        assertThat(limiter.heldBytes()).isEqualTo(85);
    }

    @Test
    void oneLargeFrameFitsHoweverMuchSmallChunksHold() {
        limiter.charge(150);
        assertThat(limiter.tryReserve(90)).isTrue();
        assertThat(limiter.tryReserve(1)).isFalse();
        limiter.await(waiter("next", 90));
        assertThat(granted).isEmpty();
        limiter.refundReserved(90);
        assertThat(granted).containsExactly("next");
    }

    @Test
    void whoAsksOnlyToBeToldHearsWhenThereIsRoom() {
        limiter.charge(100);
        assertThat(limiter.exhausted()).isTrue();
        limiter.await(waiter("told", 0));
        assertThat(granted).isEmpty();
        limiter.refund(1);
        assertThat(granted).containsExactly("told");
        assertThat(limiter.heldBytes()).isEqualTo(99);
    }

    @Test
    void whoLeavesTheQueueMakesWayForTheNext() {
        limiter.tryReserve(50);
        var large = waiter("large", 100);
        limiter.await(large);
        limiter.await(waiter("small", 20));
        assertThat(limiter.withdraw(large)).isTrue();
        assertThat(granted).containsExactly("small");
        assertThat(limiter.withdraw(large)).isFalse();
    }
}
