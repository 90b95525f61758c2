package mortise.testing;

import java.util.List;
import java.util.stream.Collectors;

/**
 * A force by a thread that must not wait for a disk.
 *
 * @param test in which it happened
 * @param why what the thread is
 * @param path the file or directory that was forced
 * @param frames {@code class#method}, the innermost first
 */
record ForbiddenForce(String test, String thread, String why, String path, List<String> frames) {
    @Override
    public String toString() {
        return test
                + ": thread "
                + thread
                + " ("
                + why
                + ") forced "
                + path
                + frames.stream()
                        .map(frame -> "\n        at " + frame)
                        .collect(Collectors.joining());
    }
}
