package mortise.consensus.raft.storage;

import java.nio.file.Path;

/** What is stored is not what was written: the member cannot start from it. */
public final class DamagedStateException extends IllegalStateException {
    /**
     * Damage at one place.
     *
     * @param doing what was being done
     * @param file where
     * @param position the byte of the file
     * @param expected what was wanted there
     * @param found what is there
     */
    public DamagedStateException(
            String doing, Path file, long position, String expected, String found) {
        super(
                doing
                        + ": "
                        + file
                        + " at byte "
                        + position
                        + ": expected "
                        + expected
                        + ", found "
                        + found
                        + "; the file is left as it is: restore the directory from a copy, or"
                        + " start this node with an empty one if its state may be lost");
    }

    /** Damage that has no one place. */
    public DamagedStateException(String message) {
        super(message);
    }
}
