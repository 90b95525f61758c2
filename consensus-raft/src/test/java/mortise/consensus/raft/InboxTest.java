package mortise.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class InboxTest {
    private static final int ROUNDS = 2_000;
    private static final int REQUESTS = 500;

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    /** What is taken while the inbox is closed is either taken or given back, never lost. */
    @Test
    void aRequestThatIsTakenWhileTheInboxClosesHasOneOwner() {
        CyclicBarrier barrier = new CyclicBarrier(2);
        for (int round = 0; round < ROUNDS; round++) {
            Inbox inbox = new Inbox(REQUESTS, 1_000);
            inbox.open();
            List<Request> offered = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                Request request = new Request.Barrier(new CompletableFuture<>());
                offered.add(request);
                assertThat(inbox.offer(request)).isEmpty();
            }
            CompletableFuture<List<Request>> givenBack =
                    CompletableFuture.supplyAsync(() -> {
                        meet(barrier);
                        return inbox.close("the test closes it");
                    });
            meet(barrier);
            List<Request> taken = inbox.take();

            assertThat(Stream.concat(taken.stream(), givenBack.join().stream()))
                    .as("round " + round)
                    .hasSameSizeAs(offered)
                    .doesNotHaveDuplicates();
            assertThat(inbox.size()).isZero();
        }
    }
}
