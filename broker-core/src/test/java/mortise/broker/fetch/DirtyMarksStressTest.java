package mortise.broker.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.junit.jupiter.api.Test;

/** Marks and a waiting fetch under several threads: no mark is missed, nobody is woken twice. */
class DirtyMarksStressTest {
    private static final int ROUNDS = 200_000;
    private static final int PARTITIONS = 7;
    private static final int MARKERS = 3;

    private static final class Mark extends DirtyMark {
        final int index;

        Mark(int index) {
            this.index = index;
        }
    }

    @Test
    void everyChangeIsSeenByAFetchThatWaits() throws Exception {
        DirtyMarks marks = new DirtyMarks();
        List<Mark> each = new ArrayList<>();
        for (int i = 0; i < PARTITIONS; i++) {
            each.add(new Mark(i));
        }
        AtomicIntegerArray written = new AtomicIntegerArray(PARTITIONS);
        List<Thread> markers = new ArrayList<>();
        for (int m = 0; m < MARKERS; m++) {
            int offset = m;
            markers.add(
                    Thread.ofPlatform()
                            .daemon()
                            .start(() -> {
                                for (int i = 0; i < ROUNDS; i++) {
                                    int at = (i + offset) % PARTITIONS;
                                    written.incrementAndGet(at);
                                    marks.mark(each.get(at));
                                }
                            }));
        }
        Semaphore woken = new Semaphore(0);
        AtomicInteger wakes = new AtomicInteger();
        DirtyMarks.Waiter waiter =
                () -> {
                    wakes.incrementAndGet();
                    woken.release();
                };
        int[] seen = new int[PARTITIONS];
        int total = 0;
        int parks = 0;
        while (total < MARKERS * ROUNDS) {
            marks.take(mark -> seen[((Mark) mark).index] = written.get(((Mark) mark).index));
            total = 0;
            for (int count : seen) {
                total += count;
            }
            if (total < MARKERS * ROUNDS && marks.park(waiter)) {
                parks++;
                assertThat(woken.tryAcquire(60, TimeUnit.SECONDS))
                        .as("a change was missed at %s of %s", total, MARKERS * ROUNDS)
                        .isTrue();
            }
        }
        for (Thread marker : markers) {
            marker.join();
        }

        assertThat(wakes).hasValue(parks);
        assertThat(woken.availablePermits()).isZero();
    }
}
