package mortise.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The local Maven repository without artifacts of this project: links to everything else in it. A
 * project outside of this build must take ours from where a test has published them, whatever
 * somebody has installed before.
 */
public final class ForeignArtifacts {
    private static final Path OURS = Path.of("io", "mortise");

    private ForeignArtifacts() {}

    /**
     * Makes the links.
     *
     * @param repository the local Maven repository
     * @param into a directory that is made for the links; those of an earlier call are replaced
     * @return {@code into}
     */
    public static Path linked(Path repository, Path into) throws IOException {
        Path group = OURS.subpath(0, 1);
        unlink(into.resolve(group));
        unlink(into);
        Files.createDirectories(into.resolve(group));
        link(repository, into, group);
        if (Files.isDirectory(repository.resolve(group))) {
            link(repository.resolve(group), into.resolve(group), OURS.subpath(1, 2));
        }
        return into;
    }

    private static void link(Path from, Path into, Path without) throws IOException {
        try (Stream<Path> all = Files.list(from)) {
            for (Path each : all.toList()) {
                if (!each.endsWith(without)) {
                    Files.createSymbolicLink(
                            into.resolve(from.relativize(each)), each.toAbsolutePath());
                }
            }
        }
    }

    private static void unlink(Path links) throws IOException {
        if (Files.isDirectory(links)) {
            try (Stream<Path> all = Files.list(links)) {
                all.filter(Files::isSymbolicLink).forEach(ForeignArtifacts::delete);
            }
        }
    }

    private static void delete(Path link) {
        try {
            Files.delete(link);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
