package mortise.api;

import java.time.Duration;

/**
 * Runs actions later. Thread-safe.
 *
 * <p>The action runs on a thread of the timers' own (in simulation: the one thread) and must not
 * block: it hands its work to whoever owns the state that it concerns.
 */
public interface Timers {
    /** Runs {@code action} once, no earlier than {@code delay} from now. */
    Scheduled schedule(Duration delay, Runnable action);

    /** An action that has been scheduled. */
    interface Scheduled {
        /** Prevents the action from starting; returns false if it has started or was cancelled. */
        boolean cancel();
    }
}
