package mortise.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mortise.api.Timers.Scheduled;
import org.junit.jupiter.api.Test;

class SimClockTest {
    private final SimClock clock = new SimClock();
    private final SimTimers timers = new SimTimers(clock);
    private final List<String> heard = new ArrayList<>();

    @Test
    void theWallGoesBackwardsAndTheMonotonicClockDoesNot() {
        clock.advance(Duration.ofSeconds(5));
        clock.setWall(1_000);

        assertThat(clock.wallMillis()).isEqualTo(1_000);
        assertThat(clock.nanoTime()).isEqualTo(5_000_000_000L);
        clock.advance(Duration.ofMillis(7));
        assertThat(clock.wallMillis()).isEqualTo(1_007);
    }

    @Test
    void timersFireInOrderOfTimeThenOfSchedulingEachAtItsOwnTime() {
        timers.schedule(Duration.ofMillis(20), () -> heard.add("c" + clock.nanoTime()));
        timers.schedule(Duration.ofMillis(10), () -> heard.add("a" + clock.nanoTime()));
        timers.schedule(Duration.ofMillis(10), () -> heard.add("b" + clock.nanoTime()));
        timers.schedule(Duration.ofMillis(30), () -> heard.add("late"));

        clock.advance(Duration.ofMillis(29));

        assertThat(heard).containsExactly("a10000000", "b10000000", "c20000000");
        assertThat(clock.nanoTime()).isEqualTo(29_000_000);
        assertThat(timers.pending()).isOne();
    }

    @Test
    void anActionMayScheduleAnotherThatIsDueInTheSameAdvance() {
        timers.schedule(
                Duration.ofMillis(1),
                () -> timers.schedule(Duration.ofMillis(1), () -> heard.add("second")));

        clock.advance(Duration.ofMillis(2));

        assertThat(heard).containsExactly("second");
    }

    @Test
    void aCancelledTimerDoesNotFire() {
        Scheduled scheduled = timers.schedule(Duration.ofMillis(1), () -> heard.add("never"));

        assertThat(scheduled.cancel()).isTrue();
        assertThat(scheduled.cancel()).isFalse();
        clock.advance(Duration.ofSeconds(1));

        assertThat(heard).isEmpty();
    }

    @Test
    void stoppedTimersFallSilentAndOthersGoOn() {
        SimTimers others = new SimTimers(clock);
        timers.schedule(Duration.ofMillis(1), () -> heard.add("stopped"));
        others.schedule(Duration.ofMillis(1), () -> heard.add("other"));

        timers.stop();
        timers.schedule(Duration.ofMillis(1), () -> heard.add("after"));
        clock.advance(Duration.ofSeconds(1));

        assertThat(heard).containsExactly("other");
    }

    @Test
    void theClockGoesFromTimerToTimer() {
        timers.schedule(Duration.ofHours(3), () -> heard.add("far"));

        assertThat(clock.untilNext()).contains(Duration.ofHours(3));
        assertThat(clock.advanceToNext()).isTrue();
        assertThat(clock.advanceToNext()).isFalse();
        assertThat(heard).containsExactly("far");
    }

    @Test
    void anActionCannotMoveTheClock() {
        timers.schedule(Duration.ZERO, () -> clock.advance(Duration.ofMillis(1)));

        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(1)))
                .isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> clock.advance(Duration.ofMillis(-1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void timeThatAnActionTakesDelaysWhatFallsDueMeanwhile() {
        timers.schedule(Duration.ofMillis(1), () -> clock.pass(Duration.ofMillis(10)));
        timers.schedule(
                Duration.ofMillis(2),
                () -> heard.add("at " + Duration.ofNanos(clock.nanoTime()).toMillis()));

        clock.advance(Duration.ofMillis(5));

        assertThat(heard).containsExactly("at 11");
        assertThat(clock.nanoTime()).isEqualTo(Duration.ofMillis(11).toNanos());
    }
}
