package mortise.broker.plugin.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import mortise.api.Causes;

/** The jars that lie in a plugin folder, in file-name order. */
public final class FolderJars {
    private FolderJars() {}

    /** Whether a file's name says that it is a jar. */
    public static boolean isJar(Path file) {
        return String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT).endsWith(".jar");
    }

    /**
     * Where they are.
     *
     * @throws RefusedFolderException if there is none, or the folder cannot be read
     */
    static List<Path> files(Path folder) {
        List<Path> files;
        try (Stream<Path> entries = Files.list(folder)) {
            files = entries.filter(FolderJars::isJar).sorted().toList();
        } catch (IOException unreadable) {
            throw new RefusedFolderException(
                    "the folder cannot be read: " + Causes.line(unreadable), unreadable);
        }
        if (files.isEmpty()) {
            throw new RefusedFolderException(
                    "the folder holds no jar; put the plugin's jars directly into it");
        }
        return files;
    }

    /**
     * What is in them, entry by entry.
     *
     * @throws RefusedFolderException if one is no readable jar
     */
    static List<LibraryJar> read(List<Path> files) {
        List<LibraryJar> jars = new ArrayList<>();
        for (Path file : files) {
            try {
                jars.add(LibraryJar.read(file));
            } catch (IOException | SecurityException damaged) {
                throw new RefusedFolderException(
                        file.getFileName() + " cannot be read as a jar: " + damaged.getMessage(),
                        damaged);
            }
        }
        return jars;
    }
}
