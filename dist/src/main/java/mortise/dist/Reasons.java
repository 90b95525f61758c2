package mortise.dist;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;

/** Why something with files or streams failed, in words: the JDK often names the file only. */
final class Reasons {
    private Reasons() {}

    static String of(IOException failure) {
        return switch (failure) {
            case NoSuchFileException missing -> missing.getFile() + ": no such file or directory";
            case AccessDeniedException forbidden -> forbidden.getFile() + ": permission denied";
            case FileAlreadyExistsException there -> there.getFile() + ": is there already";
            case NotDirectoryException file -> file.getFile() + ": is not a directory";
            case FileSystemException other when other.getReason() == null ->
                    other.getFile() + ": failed (" + other.getClass().getSimpleName() + ")";
            case IOException other ->
                    other.getMessage() == null
                            ? other.getClass().getSimpleName()
                            : other.getMessage();
        };
    }
}
