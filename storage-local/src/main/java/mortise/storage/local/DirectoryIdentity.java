package mortise.storage.local;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/**
 * What {@code mortise-directory} says of a log directory: the version 0, its ID, and since when
 * that is written, the node that it belongs to; a line each.
 *
 * @param nodeId nothing in a file of a version before that line
 */
record DirectoryIdentity(UUID id, OptionalInt nodeId) {
    static final String FILE = "mortise-directory";

    private static final String VERSION = "version: 0";
    private static final String ID = "directory_id: ";
    private static final String NODE = "node_id: ";

    /**
     * Reads the text.
     *
     * @throws CorruptFileException if it cannot be believed, saying why and what to do
     */
    static DirectoryIdentity parse(String text) throws CorruptFileException {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty()) {
            throw damaged("is empty");
        }
        if (!lines.get(0).equals(VERSION)) {
            throw damaged(
                    "begins with '"
                            + printable(lines.get(0))
                            + "'; '"
                            + VERSION
                            + "' was expected");
        }
        Optional<UUID> id = value(lines, ID).flatMap(DirectoryIdentity::uuid);
        if (id.isEmpty() || !text.endsWith("\n")) {
            throw damaged("is cut off, or has no '" + ID + "UUID'");
        }
        Optional<String> node = value(lines, NODE);
        try {
            return new DirectoryIdentity(
                    id.get(),
                    node.isEmpty()
                            ? OptionalInt.empty()
                            : OptionalInt.of(Integer.parseInt(node.get())));
        } catch (NumberFormatException noNumber) {
            throw damaged("has '" + NODE + printable(node.orElse("")) + "'");
        }
    }

    private static Optional<String> value(List<String> lines, String key) {
        return lines.stream()
                .filter(line -> line.startsWith(key))
                .map(line -> line.substring(key.length()).strip())
                .findFirst();
    }

    private static Optional<UUID> uuid(String text) {
        try {
            UUID id = UUID.fromString(text);
            return id.toString().equals(text) ? Optional.of(id) : Optional.empty();
        } catch (IllegalArgumentException wrong) {
            return Optional.empty();
        }
    }

    private static CorruptFileException damaged(String how) {
        return new CorruptFileException(
                FILE
                        + " "
                        + how
                        + "; if the directory is this broker's, remove that file, and it gets a new"
                        + " identity");
    }

    private static String printable(String text) {
        return text.substring(0, Math.min(40, text.length())).replaceAll("[^\\x20-\\x7e]", "?");
    }

    /** The text of the file. */
    String text() {
        return VERSION
                + "\n"
                + ID
                + id
                + "\n"
                + (nodeId.isPresent() ? NODE + nodeId.getAsInt() + "\n" : "");
    }

    /** Checks that it is this node's. */
    void check(int node) throws IOException {
        if (nodeId.isPresent() && nodeId.getAsInt() != node) {
            throw new CorruptFileException(
                    FILE
                            + " says that it belongs to node "
                            + nodeId.getAsInt()
                            + ", this is node "
                            + node
                            + "; give this node a directory of its own");
        }
    }
}
