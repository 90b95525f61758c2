package mortise.consensus.raft.disk;

/** What stands at a place where a frame should begin. */
sealed interface FrameRead {
    /**
     * A frame whose checksums agree.
     *
     * @param position where it begins
     * @param kind the number of its kind
     * @param body what follows the kind; lent until the reader is used again
     */
    record Whole(long position, int kind, FrameBody body) implements FrameRead {}

    /** The file ends here, between frames. */
    record End(long position) implements FrameRead {}

    /** No whole frame begins here. */
    record Broken(long position, String expected, String found) implements FrameRead {}
}
