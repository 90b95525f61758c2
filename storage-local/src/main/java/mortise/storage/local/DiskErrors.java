package mortise.storage.local;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemLoopException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.NotLinkException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Tells from a failed call of the file system what is wrong, and so whether it can pass. */
final class DiskErrors {
    /** What the system says of something that it is short of. */
    private static final List<String> SCARCE =
            List.of(
                    "too many open files", // EMFILE, ENFILE
                    "cannot allocate memory", // ENOMEM
                    "not enough space", // ENOMEM, elsewhere
                    "interrupted system call", // EINTR
                    "resource temporarily unavailable"); // EAGAIN

    private static final List<String> FULL =
            List.of(
                    "no space left", // ENOSPC
                    "quota exceeded"); // EDQUOT

    /** What the system says of one file's name, kind, rights or size. */
    private static final List<String> FILE =
            List.of(
                    "no such file",
                    "not a directory",
                    "is a directory",
                    "permission denied",
                    "operation not permitted",
                    "file name too long",
                    "file too large",
                    "file exists",
                    "directory not empty",
                    "text file busy",
                    "too many levels of symbolic links");

    private DiskErrors() {}

    /** What is wrong. */
    enum Kind {
        /** There is no room; it heals when there is. */
        FULL,
        /** The system is short of something else for the moment, or the call was interrupted. */
        SCARCE,
        /** A file or directory is missing, of another kind, or may not be used. */
        FILE,
        /** The device does not work, or nobody knows what it is. */
        DEVICE
    }

    /**
     * What is wrong. Java has the system's message only, which may be in any language, so the free
     * space counts too where the message is unknown.
     *
     * @param place a directory on the volume
     * @param bytesWanted below how many free bytes the disk counts as full
     */
    static Kind kind(IOException failure, Path place, long bytesWanted) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (holdsOneOf(message, FULL)) {
            return Kind.FULL;
        }
        if (failure instanceof ClosedChannelException || holdsOneOf(message, SCARCE)) {
            return Kind.SCARCE;
        }
        if (isOfAFile(failure) || holdsOneOf(message, FILE)) {
            return Kind.FILE;
        }
        return isFull(place, bytesWanted) ? Kind.FULL : Kind.DEVICE;
    }

    private static boolean holdsOneOf(String message, List<String> texts) {
        return texts.stream().anyMatch(message::contains);
    }

    private static boolean isOfAFile(IOException failure) {
        return failure instanceof NoSuchFileException
                || failure instanceof AccessDeniedException
                || failure instanceof NotDirectoryException
                || failure instanceof NotLinkException
                || failure instanceof FileAlreadyExistsException
                || failure instanceof DirectoryNotEmptyException
                || failure instanceof FileSystemLoopException
                || failure instanceof CorruptFileException
                || failure instanceof RemovedWhileReadException;
    }

    private static boolean isFull(Path place, long bytesWanted) {
        try {
            return Files.getFileStore(place).getUsableSpace() < bytesWanted;
        } catch (IOException unknown) {
            return false;
        }
    }
}
