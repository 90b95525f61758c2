package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.random.RandomGenerator;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

class UnsentLimiterTest {
    private static final long MAX = 1_000;

    private int pressed;
    private final UnsentLimiter limiter = new UnsentLimiter(MAX, () -> pressed++);

    private static final class Answer implements UnsentLimiter.Waiter {
        private final long bytes;
        private int grants;

        Answer(long bytes) {
            this.bytes = bytes;
        }

        @Override
        public long wantedBytes() {
            return bytes;
        }

        @Override
        public void granted() {
            grants++;
        }
    }

    private static final class Slow implements UnsentLimiter.Reader {
        private final long bytes;
        private final long tookNanos;
        private boolean closed;

        Slow(long bytes, long tookNanos) {
            this.bytes = bytes;
            this.tookNanos = tookNanos;
        }

        @Override
        public long unsentBytes() {
            return bytes;
        }

        @Override
        public long tookNanos() {
            return tookNanos;
        }

        @Override
        public void tooSlow() {
            closed = true;
        }
    }

    @Test
    void answersWaitInLineAndAreGrantedAsRoomReturns() {
        assertThat(limiter.tryReserve(700)).isTrue();
        Answer first = new Answer(600);
        Answer second = new Answer(100);
        assertThat(limiter.tryReserve(600)).isFalse();
        limiter.await(first);
        assertThat(pressed).isPositive();
        assertThat(limiter.tryReserve(100)).as("nobody overtakes").isFalse();
        limiter.await(second);
        limiter.refund(200);
        assertThat(first.grants).isZero();
        limiter.refund(100);
        assertThat(first.grants).isEqualTo(1);
        limiter.refund(400);
        assertThat(second.grants).isEqualTo(1);
        assertThat(limiter.heldBytes()).isEqualTo(700);
    }

    @Test
    void whatDoesNotFitIsNotCountedForAMoment() throws InterruptedException {
        assertThat(limiter.tryReserve(700)).isTrue();
        AtomicBoolean stop = new AtomicBoolean();
        Thread asking =
                Thread.ofPlatform()
                        .start(() -> {
                            while (!stop.get()) {
                                limiter.tryReserve(600);
                            }
                        });
        long most = 0;
        for (int i = 0; i < 1_000_000; i++) {
            most = Math.max(most, limiter.heldBytes());
        }
        stop.set(true);
        asking.join();
        assertThat(most).isEqualTo(700);
    }

    @Test
    void whatWaitsForItsClientTakesThePlaceOfItsReservation() {
        assertThat(limiter.tryReserve(700)).isTrue();
        limiter.change(650 - 700);
        assertThat(limiter.heldBytes()).isEqualTo(650);
        Answer next = new Answer(400);
        limiter.await(next);
        limiter.change(-650);
        assertThat(next.grants).isEqualTo(1);
        assertThat(limiter.heldBytes()).isEqualTo(400);
    }

    @Test
    void whoLeavesTheLineLetsTheNextOneIn() {
        limiter.charge(900);
        Answer large = new Answer(500);
        Answer small = new Answer(50);
        limiter.await(large);
        limiter.await(small);
        assertThat(small.grants).isZero();
        assertThat(limiter.withdraw(large)).isTrue();
        assertThat(small.grants).isEqualTo(1);
        assertThat(limiter.withdraw(small)).as("granted before").isFalse();
    }

    @Test
    void theLongestStillIsClosedFirstAndNoMoreThanMakeRoom() {
        Slow oldest = new Slow(300, 10);
        Slow older = new Slow(300, 20);
        Slow recent = new Slow(300, 90);
        for (Slow reader : List.of(recent, older, oldest)) {
            limiter.charge(reader.bytes);
            limiter.add(reader);
        }
        limiter.relieve(100, 50);
        assertThat(oldest.closed).as("nobody waits").isFalse();
        limiter.await(new Answer(300));
        limiter.relieve(100, 50);
        assertThat(oldest.closed).isTrue();
        assertThat(older.closed).isFalse();
        assertThat(recent.closed).isFalse();
    }

    @Test
    void whoHasTakenSomethingLatelyIsNotClosedHoweverMuchIsMissing() {
        Slow recent = new Slow(1_000, 90);
        limiter.charge(recent.bytes);
        limiter.add(recent);
        limiter.await(new Answer(MAX));
        limiter.relieve(100, 50);
        assertThat(recent.closed).isFalse();
        limiter.relieve(140, 50);
        assertThat(recent.closed).isTrue();
    }

    /** Whatever comes and goes: never more than the bound, but for one; everybody is granted. */
    @Seeded(runs = 200)
    void theBoundHoldsAndNobodyIsForgotten(RandomGenerator random) {
        List<Long> held = new ArrayList<>();
        List<Answer> waiting = new ArrayList<>();
        for (int step = 0; step < 300; step++) {
            if (random.nextInt(3) > 0) {
                long bytes = 1 + random.nextLong(MAX);
                if (limiter.tryReserve(bytes)) {
                    held.add(bytes);
                } else {
                    Answer answer = new Answer(bytes);
                    waiting.add(answer);
                    limiter.await(answer);
                }
            } else if (!held.isEmpty()) {
                limiter.refund(held.remove(random.nextInt(held.size())));
            }
            collect(held, waiting);
            assertThat(limiter.heldBytes())
                    .isEqualTo(held.stream().mapToLong(Long::longValue).sum())
                    .isLessThanOrEqualTo(MAX);
        }
        while (!held.isEmpty()) {
            limiter.refund(held.removeLast());
            collect(held, waiting);
        }
        assertThat(waiting).isEmpty();
        assertThat(limiter.heldBytes()).isZero();
    }

    private static void collect(List<Long> held, List<Answer> waiting) {
        for (Answer answer : List.copyOf(waiting)) {
            assertThat(answer.grants).isLessThanOrEqualTo(1);
            if (answer.grants == 1) {
                waiting.remove(answer);
                held.add(answer.bytes);
            }
        }
    }
}
