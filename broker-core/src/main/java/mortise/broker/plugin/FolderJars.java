package mortise.broker.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import mortise.api.Causes;

/** The jars that lie in a plugin folder, in file-name order. */
final class FolderJars {
    private FolderJars() {}

    /**
     * Where they are.
     *
     * @throws RefusedPluginException if there is none, or the folder cannot be read
     */
    static List<Path> files(Path folder) {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.filter(LibraryJar::isJar).sorted().toList();
        } catch (IOException unreadable) {
            throw new RefusedPluginException(
                    "the folder cannot be read: " + Causes.line(unreadable), unreadable);
        }
        if (files.isEmpty()) {
            throw new RefusedPluginException(
                    "the folder holds no jar; put the plugin's jars directly into it");
        }
        return files;
    }

    /**
     * What is in them, entry by entry.
     *
     * @throws RefusedPluginException if one is no readable jar
     */
    static List<LibraryJar> read(List<Path> files) {
        List<LibraryJar> jars = new ArrayList<>();
        for (Path file : files) {
            try {
                jars.add(LibraryJar.read(file));
            } catch (IOException | SecurityException damaged) {
                throw new RefusedPluginException(
                        file.getFileName() + " cannot be read as a jar: " + damaged.getMessage(),
                        damaged);
            }
        }
        return jars;
    }
}
