package mortise.broker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a broker has started, and how each of it ends: in the reverse order, each when the one
 * before it has ended. Confined to the broker's steps.
 */
final class Parts {
    private static final Logger LOG = LoggerFactory.getLogger(Parts.class);
    private static final CompletionStage<Void> DONE = CompletableFuture.completedStage(null);

    private final Deque<Part> parts = new ArrayDeque<>();

    /** How something ends. */
    @FunctionalInterface
    interface Ending {
        /** Begins to end it; completes when it has ended. */
        CompletionStage<?> begin() throws Exception;

        /** An ending that has ended when it returns. */
        static Ending at(AutoCloseable closing) {
            return () -> {
                closing.close();
                return DONE;
            };
        }
    }

    /** Something that is to be closed, cleanly or as a killed process would. */
    private record Part(String name, Ending closing, Ending killing) {}

    /** Adds something that ends alike in any case. */
    <T extends AutoCloseable> T add(String name, T started) {
        add(name, Ending.at(started), Ending.at(started));
        return started;
    }

    /** Adds something that ends otherwise when the broker is killed. */
    void add(String name, Ending closing, Ending killing) {
        parts.push(new Part(name, closing, killing));
    }

    /** Ends everything; a part that fails to is named in the log. */
    CompletionStage<Void> end(boolean cleanly, Executor steps) {
        Part part = parts.poll();
        if (part == null) {
            return DONE;
        }
        return begin(cleanly ? part.closing() : part.killing())
                .handleAsync(
                        (ended, failure) -> {
                            if (failure != null) {
                                LOG.error("closing the {} failed", part.name(), failure);
                            }
                            return ended;
                        },
                        steps)
                .thenCompose(ended -> end(cleanly, steps));
    }

    private static CompletionStage<?> begin(Ending ending) {
        try {
            return ending.begin();
        } catch (Exception | Error failure) {
            return CompletableFuture.failedStage(failure);
        }
    }
}
