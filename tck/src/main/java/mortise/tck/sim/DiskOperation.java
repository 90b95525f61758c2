package mortise.tck.sim;

/** What a {@link SimDisk} is asked to do; faults name the ones that they concern. */
public enum DiskOperation {
    /** Opening a file or directory, new or not. */
    OPEN,
    /** Reading bytes of a file. */
    READ,
    /** Writing bytes of a file. */
    WRITE,
    /** Cutting a file. */
    TRUNCATE,
    /** Forcing a file or a directory to the medium. */
    FORCE,
    /** A new file or directory. */
    CREATE,
    /** Removing a file or directory. */
    DELETE,
    /** Giving a file or directory another name. */
    RENAME,
    /** Looking at names, sizes and times. */
    LOOK;

    /** Whether it changes what the disk holds, or what of it survives. */
    boolean changes() {
        return switch (this) {
            case WRITE, TRUNCATE, FORCE, CREATE, DELETE, RENAME -> true;
            case OPEN, READ, LOOK -> false;
        };
    }
}
