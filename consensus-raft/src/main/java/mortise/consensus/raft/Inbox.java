package mortise.consensus.raft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Requests on their way to the quorum's executor, bounded in number and bytes. Any thread offers,
 * without a lock; one task at a time takes.
 */
final class Inbox {
    private final int maxCount;
    private final long maxBytes;
    private final ConcurrentLinkedQueue<Request> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger count = new AtomicInteger();
    private final AtomicLong bytes = new AtomicLong();
    private volatile @Nullable String closed = "the quorum has not started";

    Inbox(int maxCount, long maxBytes) {
        this.maxCount = maxCount;
        this.maxBytes = maxBytes;
    }

    /** Accepts requests from now on. */
    void open() {
        closed = null;
    }

    /** Puts a request in the queue, or says why not. */
    Optional<String> offer(Request request) {
        Optional<String> refusal = Optional.ofNullable(closed).or(() -> reserve(request));
        if (refusal.isPresent()) {
            return refusal;
        }
        queue.add(request);
        String closedMeanwhile = closed;
        // Closed after the first look: whoever removes the request answers it.
        if (closedMeanwhile != null && queue.remove(request)) {
            release(request);
            return Optional.of(closedMeanwhile);
        }
        return Optional.empty();
    }

    private Optional<String> reserve(Request request) {
        if (count.incrementAndGet() > maxCount) {
            count.decrementAndGet();
            return Optional.of(
                    maxCount
                            + " proposals wait already ("
                            + RaftSettings.MAX_PENDING
                            + "); try again later");
        }
        if (bytes.addAndGet(request.bytes()) > maxBytes) {
            release(request);
            return Optional.of(
                    "the proposals that wait would have more than "
                            + maxBytes
                            + " bytes ("
                            + RaftSettings.MAX_PENDING_BYTES
                            + "); try again later");
        }
        return Optional.empty();
    }

    private void release(Request request) {
        count.decrementAndGet();
        bytes.addAndGet(-request.bytes());
    }

    /** Whether nothing waits. */
    boolean isEmpty() {
        return queue.isEmpty();
    }

    /** Requests that wait. */
    int size() {
        return count.get();
    }

    /** Accepts nothing any more, and gives what still waits. */
    List<Request> close(String reason) {
        closed = reason;
        List<Request> waiting = new ArrayList<>();
        for (Request next = queue.poll(); next != null; next = queue.poll()) {
            release(next);
            waiting.add(next);
        }
        return waiting;
    }

    /** Takes a group within the bounds; only the taker removes while the inbox is open. */
    List<Request> take() {
        List<Request> taken = new ArrayList<>();
        long takenBytes = 0;
        for (Request next = queue.peek();
                next != null && taken.size() < maxCount && takenBytes + next.bytes() <= maxBytes;
                next = queue.peek()) {
            queue.remove();
            release(next);
            taken.add(next);
            takenBytes += next.bytes();
        }
        return taken;
    }
}
