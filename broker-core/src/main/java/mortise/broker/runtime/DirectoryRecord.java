package mortise.broker.runtime;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a data directory remembers of the broker that it belongs to: the file {@value #FILE} in it,
 * whose lines are {@code NAME=VALUE}. It begins with the version of this format; {@code storage}
 * and {@code consensus} are the plugins that keep something in the directory, empty if that kind
 * keeps nothing there; lines that begin with {@code last.} say what protected records and clients
 * in the last start that served clients. Lines of other names are passed over.
 *
 * @param storage the storage plugin whose records are in the directory; null if there are none
 * @param consensus the consensus plugin whose metadata is in it; null if there is none
 * @param lastStart what protected records and clients in the last start, by key
 */
public record DirectoryRecord(
        @Nullable String storage, @Nullable String consensus, Map<String, String> lastStart) {
    /** The file's name. */
    public static final String FILE = "mortise.assembly";

    private static final String VERSION = "format.version";
    private static final String FORMAT = "1";
    private static final String STORAGE = "storage";
    private static final String CONSENSUS = "consensus";
    private static final String LAST = "last.";

    public DirectoryRecord {
        lastStart = Map.copyOf(lastStart);
    }

    /** The same directory after a start with this protection. */
    public DirectoryRecord started(Map<String, String> protection) {
        return new DirectoryRecord(storage, consensus, protection);
    }

    /**
     * Reads what a directory remembers.
     *
     * @return nothing for a directory of a version before this file
     * @throws RefusedDirectoryException if the file cannot be believed
     */
    public static Optional<DirectoryRecord> read(Path directory) {
        Path file = directory.resolve(FILE);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(parse(file, Files.readString(file)));
        } catch (CharacterCodingException noText) {
            throw damaged(file, "it holds bytes that are not UTF-8 text");
        } catch (IOException failure) {
            throw new RefusedDirectoryException(
                    file + " cannot be read: " + failure + "; let this user read it", failure);
        }
    }

    private static DirectoryRecord parse(Path file, String text) {
        Map<String, String> lines = new LinkedHashMap<>();
        text.lines()
                .filter(line -> !line.startsWith("#") && line.indexOf('=') > 0)
                .forEach(line -> {
                    int at = line.indexOf('=');
                    lines.put(line.substring(0, at), line.substring(at + 1));
                });
        String version = lines.get(VERSION);
        if (version != null && !version.equals(FORMAT)) {
            throw new RefusedDirectoryException(
                    file
                            + " says format version '"
                            + version
                            + "'; this version reads "
                            + FORMAT
                            + "; use the version of Mortise that wrote it, or a newer one");
        }
        String storage = lines.get(STORAGE);
        String consensus = lines.get(CONSENSUS);
        if (version == null || storage == null || consensus == null || !text.endsWith("\n")) {
            throw damaged(file, "it lacks its version, its plugins or its end");
        }
        Map<String, String> last = new LinkedHashMap<>();
        lines.forEach((name, value) -> {
            if (name.startsWith(LAST)) {
                last.put(name.substring(LAST.length()), value);
            }
        });
        return new DirectoryRecord(
                storage.isEmpty() ? null : storage, consensus.isEmpty() ? null : consensus, last);
    }

    private static RefusedDirectoryException damaged(Path file, String how) {
        return new RefusedDirectoryException(
                file
                        + " is damaged: "
                        + how
                        + "; restore it, or remove it and start with the plugins that keep this directory");
    }

    /** The file's text. */
    String text() {
        StringBuilder text =
                new StringBuilder()
                        .append("# The plugins that keep this data directory, and what protected")
                        .append(" it in the last start. Not to be edited.\n")
                        .append(VERSION + "=" + FORMAT + "\n")
                        .append(STORAGE + "=")
                        .append(storage == null ? "" : storage)
                        .append("\n" + CONSENSUS + "=")
                        .append(consensus == null ? "" : consensus)
                        .append('\n');
        new TreeMap<>(lastStart)
                .forEach((name, value) ->
                        text.append(LAST).append(name).append('=').append(value).append('\n'));
        return text.toString();
    }
}
