package mortise.broker.cluster;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.controller.Controller;
import mortise.metadata.controller.ControllerCommand.AllocateProducerIds;
import mortise.metadata.controller.ControllerCommand.ProducerIdBlock;
import org.jspecify.annotations.Nullable;

/**
 * Producer IDs that no broker has given out before and none will again: taken from blocks that are
 * committed to the metadata log before their first ID is used. Thread-safe.
 *
 * <p>The next block is fetched when a tenth of the present one is left, so that callers rarely
 * wait.
 */
public final class ProducerIds {
    private static final int LOW_WATER = Controller.PRODUCER_ID_BLOCK / 10;

    private final int nodeId;
    private final ControllerGateway controller;
    private final Duration timeout;
    private final int mostWaiting;
    // Guarded by this.
    private final Deque<CompletableFuture<Long>> waiting = new ArrayDeque<>();
    private final Deque<ProducerIdBlock> spare = new ArrayDeque<>();
    private long next;
    private int left;
    private boolean fetching;

    /**
     * IDs for the producers that come to this broker.
     *
     * @param timeout how long one block may take
     * @param mostWaiting how many producers may wait for a block
     */
    public ProducerIds(
            int nodeId, ControllerGateway controller, Duration timeout, int mostWaiting) {
        this.nodeId = nodeId;
        this.controller = controller;
        this.timeout = timeout;
        this.mostWaiting = mostWaiting;
    }

    /** An ID; the stage fails with a {@link RefusedException} if the controller gives no block. */
    public CompletionStage<Long> next() {
        CompletableFuture<Long> result = new CompletableFuture<>();
        boolean fetch;
        synchronized (this) {
            if (waiting.isEmpty() && has()) {
                result.complete(take());
            } else if (waiting.size() >= mostWaiting) {
                result.completeExceptionally(
                        new RefusedException(
                                ErrorCode.REQUEST_TIMED_OUT,
                                waiting.size()
                                        + " producers wait for an ID ("
                                        + MetadataSettings.MAX_WAITING_PRODUCERS.name()
                                        + "); try again later."));
            } else {
                waiting.add(result);
            }
            fetch = !fetching && spare.isEmpty() && left <= LOW_WATER;
            fetching |= fetch;
        }
        if (fetch) {
            controller.submit(new AllocateProducerIds(nodeId), timeout).whenComplete(this::fetched);
        }
        return result;
    }

    private boolean has() {
        return left > 0 || !spare.isEmpty();
    }

    private long take() {
        if (left == 0) {
            ProducerIdBlock block = spare.remove();
            next = block.first();
            left = block.count();
        }
        left--;
        return next++;
    }

    private void fetched(@Nullable ProducerIdBlock block, @Nullable Throwable failure) {
        List<Runnable> answers = new ArrayList<>();
        boolean again;
        synchronized (this) {
            if (block != null) {
                spare.add(block);
            }
            while (!waiting.isEmpty() && (failure != null || has())) {
                CompletableFuture<Long> waiter = waiting.remove();
                if (failure != null) {
                    answers.add(() -> waiter.completeExceptionally(failure));
                } else {
                    long id = take();
                    answers.add(() -> waiter.complete(id));
                }
            }
            again = !waiting.isEmpty();
            fetching = again;
        }
        if (again) {
            controller.submit(new AllocateProducerIds(nodeId), timeout).whenComplete(this::fetched);
        }
        answers.forEach(Runnable::run);
    }
}
