package mortise.dist.assembly;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The comparison of an assembled directory with its lock. */
public final class AssemblyCheck {
    /** Where a file that the lock does not name changes the broker. */
    private static final List<String> WATCHED =
            List.of("lib", "plugins", "conf", "runtime", "licences");

    private AssemblyCheck() {}

    /**
     * Every difference, one line each; none if all is as it was assembled.
     *
     * @throws AssemblyRefusedException if the directory is no assembled broker
     */
    public static List<String> differences(Path directory) {
        Lock lock = Lock.read(directory);
        List<String> differences = new ArrayList<>();
        lock.files()
                .forEach((name, entry) -> {
                    Path file = directory.resolve(name);
                    if (!Tree.isFile(file)) {
                        differences.add(name + " is missing");
                    } else if (!Lock.sha256(file).equals(entry.sha256())) {
                        differences.add(name + " was changed");
                    }
                });
        for (String part : WATCHED) {
            if (Files.isDirectory(directory.resolve(part))) {
                for (Path path : Tree.paths(directory.resolve(part))) {
                    String name = Tree.relative(directory, path);
                    if (Tree.isFile(path) && !lock.files().containsKey(name)) {
                        differences.add(name + " was added");
                    }
                }
            }
        }
        return differences;
    }
}
