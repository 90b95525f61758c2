package mortise.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import mortise.api.TopicPartition;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

class PartitionWorkTest {
    private static TopicPartition partition(int index) {
        return new TopicPartition("t", index);
    }

    @Seeded(runs = 50)
    void onePartitionIsServedInOrderAndAllWithinTheBound(RandomGenerator random) {
        PartitionWork work = new PartitionWork(3);
        List<CompletableFuture<Void>> open = new ArrayList<>();
        Map<Integer, List<Integer>> started = new HashMap<>();
        int[] running = new int[4];
        List<CompletableFuture<Void>> done = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            int index = random.nextInt(running.length);
            int number = i;
            done.add(
                    work.enqueue(
                            partition(index),
                            () -> {
                                started.computeIfAbsent(index, none -> new ArrayList<>())
                                        .add(number);
                                running[index]++;
                                CompletableFuture<Void> stage = new CompletableFuture<>();
                                open.add(stage);
                                return stage.whenComplete((nothing, failure) -> running[index]--);
                            }));
            check(work, running);
            while (!open.isEmpty() && random.nextInt(3) > 0) {
                finish(random, open);
                check(work, running);
            }
        }
        while (!open.isEmpty()) {
            finish(random, open);
            check(work, running);
        }
        assertThat(done).allMatch(CompletableFuture::isDone);
        started.values().forEach(numbers -> assertThat(numbers).isSorted());
        assertThat(started.values().stream().mapToInt(List::size).sum()).isEqualTo(100);
    }

    private static void finish(RandomGenerator random, List<CompletableFuture<Void>> open) {
        CompletableFuture<Void> stage = open.remove(random.nextInt(open.size()));
        if (random.nextInt(5) == 0) {
            stage.completeExceptionally(new IllegalStateException("broken"));
        } else {
            stage.complete(null);
        }
    }

    private static void check(PartitionWork work, int[] running) {
        int all = 0;
        for (int count : running) {
            assertThat(count).isBetween(0, 1);
            all += count;
        }
        assertThat(all).isEqualTo(work.running()).isLessThanOrEqualTo(3);
    }

    @Test
    void aHundredThousandOperationsThatCompleteAtOnceDoNotDeepenTheStack() {
        PartitionWork work = new PartitionWork(1);
        CompletableFuture<Void> first = new CompletableFuture<>();
        AtomicInteger count = new AtomicInteger();
        CompletableFuture<Void> ahead = work.enqueue(partition(0), () -> first);
        for (int i = 0; i < 100_000; i++) {
            var _ =
                    work.enqueue(
                            partition(i % 7),
                            () -> {
                                count.incrementAndGet();
                                return CompletableFuture.completedStage(null);
                            });
        }
        first.complete(null);
        assertThat(ahead).isCompleted();
        assertThat(count).hasValue(100_000);
    }

    @Test
    void anOperationThatThrowsFailsAloneAndTheNextOneRuns() {
        PartitionWork work = new PartitionWork(1);
        CompletableFuture<Void> thrown =
                work.enqueue(
                        partition(0),
                        () -> {
                            throw new IllegalStateException("broken");
                        });
        assertThat(thrown).isCompletedExceptionally();
        assertThat(work.enqueue(partition(0), () -> CompletableFuture.completedStage(null)))
                .isCompleted();
    }

    @Test
    void manyThreadsLoseNothing() throws InterruptedException {
        PartitionWork work = new PartitionWork(4);
        AtomicInteger count = new AtomicInteger();
        CountDownLatch all = new CountDownLatch(8_000);
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int thread = 0; thread < 4; thread++) {
                threads.execute(() -> {
                    for (int i = 0; i < 2_000; i++) {
                        var _ =
                                work.enqueue(
                                                partition(i % 13),
                                                () ->
                                                        CompletableFuture.runAsync(
                                                                count::incrementAndGet, threads))
                                        .whenComplete((nothing, failure) -> all.countDown());
                    }
                });
            }
            all.await();
        }
        assertThat(count).hasValue(8_000);
        assertThat(work.running()).isZero();
    }
}
