package mortise.dist.assembly;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The comparison of an assembled directory with its lock, one line for each file.
 *
 * @param damage what only an accident or a stranger does
 * @param changes what an operator may do: files of the configuration that were edited or added
 */
public record AssemblyCheck(List<String> damage, List<String> changes) {
    /** Where a file that the lock does not name changes the broker. */
    private static final List<String> WATCHED =
            List.of("lib", "plugins", "conf", "runtime", "licences");

    private static final String CONFIGURATION = "conf/";

    public AssemblyCheck {
        damage = List.copyOf(damage);
        changes = List.copyOf(changes);
    }

    /**
     * Compares a directory.
     *
     * @throws AssemblyRefusedException if the directory is no assembled broker
     */
    public static AssemblyCheck of(Path directory) {
        Lock lock = Lock.read(directory);
        List<String> damage = new ArrayList<>();
        List<String> changes = new ArrayList<>();
        lock.files()
                .forEach((name, entry) -> {
                    Path file = directory.resolve(name);
                    if (!Tree.isFile(file)) {
                        damage.add(name + " is missing");
                    } else if (!Lock.sha256(file).equals(entry.sha256())) {
                        if (isConfiguration(name)) {
                            changes.add(name + " was edited");
                        } else {
                            damage.add(name + " was changed");
                        }
                    } else if (entry.executable() && !Files.isExecutable(file)) {
                        damage.add(name + " lost its execute bit");
                    }
                });
        for (String part : WATCHED) {
            if (Files.isDirectory(directory.resolve(part))) {
                for (Path path : Tree.paths(directory.resolve(part))) {
                    String name = Tree.relative(directory, path);
                    if (Tree.isFile(path) && !lock.files().containsKey(name)) {
                        (isConfiguration(name) ? changes : damage).add(name + " was added");
                    }
                }
            }
        }
        return new AssemblyCheck(damage, changes);
    }

    /**
     * Whether a file is the operator's: its text says what the broker does, and people write it.
     */
    private static boolean isConfiguration(String name) {
        return name.equals(Containerfile.NAME)
                || (name.startsWith(CONFIGURATION) && !name.equals(Lock.CACHE));
    }
}
