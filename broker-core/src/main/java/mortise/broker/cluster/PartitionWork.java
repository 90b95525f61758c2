package mortise.broker.cluster;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mortise.api.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Operations on partitions: in order for one partition, side by side for different ones, and never
 * more at once than a bound. Thread-safe; operations start on the thread that enqueues them or on
 * the one that completed an earlier one.
 */
final class PartitionWork {
    private final int bound;
    private final Map<TopicPartition, Lane> lanes = new HashMap<>();
    private final Deque<Lane> ready = new ArrayDeque<>();
    private int running;
    private boolean pumping;

    PartitionWork(int bound) {
        this.bound = bound;
    }

    /** The operations that wait for one partition. Guarded by the enclosing object. */
    private static final class Lane {
        final TopicPartition partition;
        final Deque<Operation> waiting = new ArrayDeque<>();

        Lane(TopicPartition partition) {
            this.partition = partition;
        }
    }

    private record Operation(Supplier<CompletionStage<?>> start, CompletableFuture<Void> done) {}

    /** Starts an operation when its turn comes; the stage completes as the operation's does. */
    CompletableFuture<Void> enqueue(
            TopicPartition partition, Supplier<CompletionStage<?>> operation) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (this) {
            Lane lane = lanes.get(partition);
            if (lane == null) {
                lane = new Lane(partition);
                lanes.put(partition, lane);
                ready.add(lane);
            }
            lane.waiting.add(new Operation(operation, done));
        }
        pump();
        return done;
    }

    /** How many operations run. */
    synchronized int running() {
        return running;
    }

    /**
     * Starts what may start. An operation that completes at once does not recurse: the outer loop
     * goes on.
     */
    private void pump() {
        synchronized (this) {
            if (pumping) {
                return;
            }
            pumping = true;
        }
        while (true) {
            Lane lane;
            Operation operation;
            synchronized (this) {
                lane = running < bound ? ready.poll() : null;
                if (lane == null) {
                    pumping = false;
                    return;
                }
                operation = lane.waiting.remove();
                running++;
            }
            start(lane, operation);
        }
    }

    private void start(Lane lane, Operation operation) {
        CompletionStage<?> stage;
        try {
            stage = operation.start().get();
        } catch (RuntimeException | Error failure) {
            stage = CompletableFuture.failedStage(failure);
        }
        stage.whenComplete((result, failure) -> finish(lane, operation, failure));
    }

    private void finish(Lane lane, Operation operation, @Nullable Throwable failure) {
        synchronized (this) {
            running--;
            if (lane.waiting.isEmpty()) {
                lanes.remove(lane.partition);
            } else {
                ready.add(lane);
            }
        }
        if (failure == null) {
            operation.done().complete(null);
        } else {
            operation.done().completeExceptionally(failure);
        }
        pump();
    }
}
