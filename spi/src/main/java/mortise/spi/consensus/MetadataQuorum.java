package mortise.spi.consensus;

import java.util.List;
import java.util.concurrent.CompletionStage;
import mortise.spi.CalledOn;
import mortise.spi.Caller;
import mortise.spi.Lifecycle;

/**
 * An agreed log of entries, each a list of records that take effect together. Every broker hears
 * the same entries in the same order; the broker that holds the quorum's leadership proposes them.
 *
 * <p>Thread-safe. Completions run where the quorum does its work and must not block.
 */
public interface MetadataQuorum extends Lifecycle {
    /**
     * Recovers what is stored and takes part; called once, after {@link Lifecycle#start}. The
     * listener hears the stored state first: a snapshot if there is one, then the entries after it.
     *
     * @throws IllegalStateException if the stored state cannot be trusted, saying where
     */
    @CalledOn(Caller.VIRTUAL)
    void start(QuorumListener listener);

    /**
     * Offers an entry. Proposals of one caller are ordered as they were made.
     *
     * @param epoch the leadership epoch in which the caller decided; another one is refused
     * @param records at least one; the arrays belong to the quorum from now on
     */
    @CalledOn(Caller.ANY)
    CompletionStage<ProposeOutcome> propose(int epoch, List<byte[]> records);

    /**
     * Completes with an index when everything committed before the call has been heard by the local
     * listener.
     */
    @CalledOn(Caller.ANY)
    CompletionStage<Long> readBarrier();

    /** Who leads, as far as this member knows. */
    @CalledOn(Caller.ANY)
    QuorumView view();

    /** Leaves. Pending proposals end as indeterminate. */
    @Override
    @CalledOn(Caller.VIRTUAL)
    void close();
}
