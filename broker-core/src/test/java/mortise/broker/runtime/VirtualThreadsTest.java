package mortise.broker.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class VirtualThreadsTest {
    private static final int BOUND = 4;

    @Test
    void atMostSoManyTasksRunAtOnceAndTheOthersWait() throws InterruptedException {
        VirtualThreads blocking = new VirtualThreads("test", BOUND);
        CountDownLatch running = new CountDownLatch(BOUND);
        CountDownLatch end = new CountDownLatch(1);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<CompletableFuture<Integer>> results = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            results.add(
                    blocking.run(
                                    "a task",
                                    () -> {
                                        int together = now.incrementAndGet();
                                        most.accumulateAndGet(together, Math::max);
                                        running.countDown();
                                        end.await();
                                        return now.getAndDecrement();
                                    })
                            .toCompletableFuture());
        }
        running.await();
        assertThat(blocking.pending()).isEqualTo(100);
        end.countDown();

        results.forEach(CompletableFuture::join);

        assertThat(most.get()).isEqualTo(BOUND);
        assertThat(blocking.pending()).isZero();
    }
}
