package mortise.consensus.raft.disk;

/** The kinds of files that have a header. */
enum FileKind {
    IDENTITY("IDNT"),
    BALLOT("BLLT"),
    SEGMENT("SEGM"),
    SNAPSHOT("SNAP");

    private final int code;

    FileKind(String letters) {
        code =
                letters.charAt(0) << 24
                        | letters.charAt(1) << 16
                        | letters.charAt(2) << 8
                        | letters.charAt(3);
    }

    /** What stands in the header. */
    int code() {
        return code;
    }
}
