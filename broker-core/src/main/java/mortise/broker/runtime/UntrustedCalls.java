package mortise.broker.runtime;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where calls are made of which nobody knows whether they return. Whoever makes one decides how
 * long it is waited for.
 */
public interface UntrustedCalls {
    /** Each on a virtual thread of its own, which is never interrupted. */
    UntrustedCalls ON_VIRTUAL_THREADS = ThreadedCall::begin;

    /**
     * Begins a call.
     *
     * @param name of the thread
     * @param loader the context class loader during the call; null for the broker's own
     */
    Begun begin(String name, @Nullable ClassLoader loader, Runnable call);

    /** A call that was begun. Thread-safe. */
    interface Begun {
        /** How long it has been since then. */
        Duration elapsed();

        /** Whether it has returned or thrown, or does so while it is waited for. */
        boolean endsWithin(Duration patience);

        /** Where it is now, innermost first; empty if it has ended. */
        List<StackTraceElement> stack();
    }
}
