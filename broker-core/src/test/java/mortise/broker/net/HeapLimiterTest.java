package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapLimiterTest {
    private static final long BOUND = 1_000;

    private final HeapLimiter limiter = new HeapLimiter(BOUND);
    private final List<String> granted = new ArrayList<>();

    private HeapLimiter.Waiter waiter(String name, long wanted) {
        return new HeapLimiter.Waiter() {
            @Override
            public long wantedBytes() {
                return wanted;
            }

            @Override
            public void granted() {
                granted.add(name);
            }
        };
    }

    @Test
    void theAllowanceIsSmallWhileTheBoundIsReachedOrSomebodyWaits() {
        assertThat(limiter.allowance()).isEqualTo(HeapLimiter.USUAL_ALLOWANCE);
        limiter.add(BOUND);
        assertThat(limiter.allowance()).isEqualTo(HeapLimiter.LEAST_ALLOWANCE);
        limiter.await(waiter("beyond", 10));
        limiter.await(waiter("waits", 100));
        limiter.add(-20);
        assertThat(limiter.exhausted()).isFalse();
        assertThat(granted).containsExactly("beyond");
        assertThat(limiter.allowance()).isEqualTo(HeapLimiter.LEAST_ALLOWANCE);
        limiter.add(-500);
        assertThat(granted).containsExactly("beyond", "waits");
        assertThat(limiter.allowance()).isEqualTo(HeapLimiter.USUAL_ALLOWANCE);
    }

    @Test
    void oneRequestOfTheLineFitsHoweverMuchIsHeldAndTheNextWhenItIsDone() {
        limiter.add(5 * BOUND);
        limiter.await(waiter("first", 700));
        limiter.await(waiter("second", 700));
        assertThat(granted).containsExactly("first");
        limiter.add(-700); // it was decoded, and took nothing
        assertThat(granted).containsExactly("first");
        limiter.finished();
        assertThat(granted).containsExactly("first", "second");
    }

    @Test
    void theLineIsServedInItsOrder() {
        limiter.add(900);
        limiter.await(waiter("first", 50));
        limiter.await(waiter("large", 400));
        limiter.await(waiter("small", 10));
        assertThat(granted).containsExactly("first");
        limiter.add(-400);
        assertThat(granted).containsExactly("first", "large", "small");
        assertThat(limiter.heldBytes()).isEqualTo(960);
    }

    @Test
    void whoAsksOnlyToBeToldHearsWhenLessIsHeld() {
        limiter.add(BOUND);
        limiter.await(waiter("told", 0));
        assertThat(granted).isEmpty();
        limiter.add(-1);
        assertThat(granted).containsExactly("told");
        assertThat(limiter.heldBytes()).isEqualTo(BOUND - 1);
    }

    @Test
    void whoLeavesTheLineMakesWayForTheNext() {
        limiter.add(500);
        limiter.await(waiter("first", 400));
        var second = waiter("second", 500);
        limiter.await(second);
        limiter.await(waiter("third", 100));
        assertThat(granted).containsExactly("first");
        assertThat(limiter.withdraw(second)).isTrue();
        assertThat(granted).containsExactly("first", "third");
        assertThat(limiter.withdraw(second)).isFalse();
        assertThat(limiter.contended()).isFalse();
    }
}
