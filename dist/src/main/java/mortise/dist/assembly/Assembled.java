package mortise.dist.assembly;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A broker that has been laid out.
 *
 * @param directory where
 * @param plugins of which plugins
 * @param jars how many jars it has
 * @param bytes the sizes of its files together
 * @param cache its AOT cache, if it has one
 */
public record Assembled(
        Path directory, List<String> plugins, int jars, long bytes, Optional<Cache> cache) {
    /**
     * What an AOT cache costs.
     *
     * @param bytes its size
     * @param duration how long it took to make
     */
    public record Cache(long bytes, Duration duration) {}
}
