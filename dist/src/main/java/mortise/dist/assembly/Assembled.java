package mortise.dist.assembly;

import java.nio.file.Path;
import java.util.List;

/**
 * A broker that has been laid out.
 *
 * @param directory where
 * @param plugins of which plugins
 * @param jars how many jars it has
 * @param bytes the sizes of its files together
 */
public record Assembled(Path directory, List<String> plugins, int jars, long bytes) {}
