package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Tells a full disk, which heals when space returns, from a failing one. */
final class DiskErrors {
    private DiskErrors() {}

    /**
     * Whether a write failed for want of space. The message is the system's and may be in any
     * language, so the free space counts too.
     */
    static boolean isFull(IOException failure, Path place, long bytesWanted) {
        String message = String.valueOf(failure.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left") || message.contains("quota exceeded")) {
            return true;
        }
        try {
            return Files.getFileStore(place).getUsableSpace() < bytesWanted;
        } catch (IOException unknown) {
            return false;
        }
    }
}
