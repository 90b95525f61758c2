package mortise.consensus.raft.disk;

/** The kinds of frames of format version 1. */
enum FrameKind {
    IDENTITY(1),
    BALLOT(2),
    SEGMENT(3),
    ENTRY(4),
    MARK(5),
    SNAPSHOT(6),
    RECORDS(7);

    private final byte code;

    FrameKind(int code) {
        this.code = (byte) code;
    }

    /** What stands in the body's first byte. */
    byte code() {
        return code;
    }
}
