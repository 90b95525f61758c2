package mortise.spi.consensus;

import java.util.List;
import java.util.function.Supplier;
import mortise.spi.CalledOn;
import mortise.spi.Caller;

/**
 * Hears what the quorum agreed: one call at a time, in order, each call seeing what the one before
 * it wrote. Methods return quickly and do not throw.
 */
public interface QuorumListener {
    /** Leadership changed. When it became local, everything committed before has been heard. */
    @CalledOn(Caller.ANY)
    void leadership(Leadership leadership);

    /**
     * An entry was committed.
     *
     * @param index its place in the log, from 1, without gaps after the last one heard
     * @param records not to be changed
     */
    @CalledOn(Caller.ANY)
    void committed(long index, int epoch, List<byte[]> records);

    /** The state as of {@code index} replaces everything heard before. */
    @CalledOn(Caller.ANY)
    void install(long index, int epoch, List<byte[]> records);

    /**
     * The state as of the entry heard last; asked for when the log has grown. What it returns makes
     * the records that rebuild that state; it is called once, later, on another thread, while more
     * entries may be heard.
     *
     * <p>It throws if there is no such state, because something that was heard could not be taken;
     * then the quorum keeps its log as it is, and ends.
     */
    @CalledOn(Caller.ANY)
    Supplier<List<byte[]>> snapshot();

    /** The quorum cannot go on: its state is damaged or its disk failed. The broker stops. */
    @CalledOn(Caller.ANY)
    void failed(String reason, Throwable cause);
}
