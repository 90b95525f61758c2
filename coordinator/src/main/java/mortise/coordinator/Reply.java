package mortise.coordinator;

import mortise.api.ErrorCode;

/**
 * Whoever waits for the answer to a command. Exactly one of the methods is called, once, by the
 * host of the state.
 *
 * @param <R> the answer
 */
public interface Reply<R> {
    /** Gives the answer, whose records are committed. */
    void answer(R response);

    /**
     * There is no answer: the coordinator is not here, is loading, or could not store what it
     * decided.
     */
    void refuse(ErrorCode error);
}
