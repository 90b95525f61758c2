package mortise.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The file descriptors of this process, by what they stand for. */
final class OpenDescriptors {
    private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

    private OpenDescriptors() {}

    /** Whether the system shows them. */
    static boolean areShown() {
        return Files.isDirectory(DESCRIPTORS);
    }

    /** What is open now: a path, or a kind and its inode, as in {@code socket:[4711]}. */
    static List<String> now() throws IOException {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> all = Files.list(DESCRIPTORS)) {
            for (Path descriptor : all.toList()) {
                try {
                    targets.add(Files.readSymbolicLink(descriptor).toString());
                } catch (NoSuchFileException closed) {
                    // the listing's own, or one that has just been closed
                }
            }
        }
        return targets;
    }
}
