package mortise.broker.net;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one connection that are not finished, in the order in which they came and are
 * answered. Linked through {@link NettyRequest#next}; confined to the connection's event loop.
 */
final class RequestQueue {
    private @Nullable NettyRequest oldest;
    private @Nullable NettyRequest newest;
    private int size;
    private long bytes;

    @Nullable NettyRequest oldest() {
        return oldest;
    }

    @Nullable NettyRequest newest() {
        return newest;
    }

    boolean isOldest(NettyRequest request) {
        return request.equals(oldest);
    }

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    /** The sizes of their frames. */
    long bytes() {
        return bytes;
    }

    void add(NettyRequest request) {
        if (newest == null) {
            oldest = request;
        } else {
            newest.next = request;
        }
        newest = request;
        size++;
        bytes += request.sizeInBytes();
    }

    /** Takes the oldest out. */
    void remove(NettyRequest first) {
        oldest = first.next;
        if (oldest == null) {
            newest = null;
        }
        taken(first);
    }

    /** Tells every request that its connection has ended. */
    void abandon() {
        for (NettyRequest request = oldest; request != null; request = request.next) {
            request.abandoned();
        }
    }

    /** Takes every request that is settled out, whatever its place. */
    void removeSettled(Consumer<NettyRequest> finish) {
        NettyRequest previous = null;
        NettyRequest request = oldest;
        while (request != null) {
            NettyRequest after = request.next;
            if (request.settled()) {
                if (previous == null) {
                    oldest = after;
                } else {
                    previous.next = after;
                }
                taken(request);
                finish.accept(request);
            } else {
                previous = request;
            }
            request = after;
        }
        newest = previous;
    }

    private void taken(NettyRequest request) {
        request.next = null;
        size--;
        bytes -= request.sizeInBytes();
    }
}
