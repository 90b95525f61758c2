package mortise.broker.plugin.folder;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The index of a plugin folder: what is in its jars, so that a start need not list them. A text
 * file in the folder, in UTF-8:
 *
 * <pre>
 * mortise.index 1               the version of this format
 * java 25                       the Java whose entries of multi-release jars were taken
 * jar NAME                      the file's name; from here to the next jar, what is in this one
 * fingerprint BYTES CRC         its {@link JarFingerprint}
 * module                        it has a module descriptor
 * alias NAME                    otherwise the rest is as {@link LibraryJar} has it
 * package NAME
 *  CLASS                        of this package, after one blank, without the package
 * directory NAME
 * shared NAME
 * service NAME
 *  CLASS                        a provider of this service, with its package
 * problem TEXT
 * checksum CRC                  the CRC-32C of everything before this line, in hexadecimal
 * </pre>
 *
 * <p>It holds if it is whole, was made for the running Java, and names exactly the jars that are
 * there, each with its fingerprint. What it then says is believed, as the jars are: whoever can
 * write it can write them.
 */
final class FolderIndex {
    /** The file's name. */
    static final String NAME = "mortise.index";

    private static final String FORMAT = NAME + " 1";
    private static final String JAVA = "java " + Runtime.version().feature();
    private static final String CHECKSUM = "checksum ";
    private static final int CHECKSUM_LINE_BYTES = CHECKSUM.length() + 8 + 1;
    private static final int MAX_BYTES = 8 << 20;

    private final List<Path> files;
    private final List<LibraryJar> jars = new ArrayList<>();
    private final String text;
    private int position;

    private FolderIndex(String text, List<Path> files) {
        this.text = text;
        this.files = files;
    }

    /**
     * The text of an index for these jars.
     *
     * @throws IOException if there can be none: a jar cannot be read, or is of a form that an index
     *     does not know
     */
    static String text(List<LibraryJar> jars) throws IOException {
        StringBuilder text = new StringBuilder(1 << 16);
        line(text, FORMAT, "");
        line(text, JAVA, "");
        for (LibraryJar jar : jars) {
            append(text, jar);
        }
        byte[] body = text.toString().getBytes(StandardCharsets.UTF_8);
        if (body.length > MAX_BYTES - CHECKSUM_LINE_BYTES) {
            throw new IOException("it would have more than " + MAX_BYTES + " bytes");
        }
        line(text, CHECKSUM, HexFormat.of().toHexDigits(checksum(ByteBuffer.wrap(body))));
        List<Path> files = jars.stream().map(LibraryJar::path).toList();
        try {
            if (!parse(text.toString().getBytes(StandardCharsets.UTF_8), files).equals(jars)) {
                throw new IOException("the name of an entry cannot be written in lines");
            }
        } catch (UnfitIndexException unwritable) {
            throw new IOException(unwritable);
        }
        return text.toString();
    }

    private static void append(StringBuilder text, LibraryJar jar) throws IOException {
        JarFingerprint fingerprint = JarFingerprint.of(jar.path());
        line(text, "jar ", String.valueOf(jar.path().getFileName()));
        line(text, "fingerprint ", written(fingerprint));
        if (jar.module()) {
            line(text, "module", "");
        }
        jar.alias().ifPresent(alias -> line(text, "alias ", alias));
        jar.classes()
                .forEach((name, classes) -> {
                    line(text, "package ", name);
                    classes.forEach(each -> line(text, " ", each.substring(name.length() + 1)));
                });
        jar.directories().forEach(name -> line(text, "directory ", name));
        jar.shared().forEach(name -> line(text, "shared ", name));
        jar.services()
                .forEach((name, providers) -> {
                    line(text, "service ", name);
                    providers.forEach(each -> line(text, " ", each));
                });
        jar.problems().forEach(problem -> line(text, "problem ", problem));
    }

    private static void line(StringBuilder text, String tag, String value) {
        text.append(tag).append(value).append('\n');
    }

    private static String written(JarFingerprint fingerprint) {
        return fingerprint.bytes() + " " + HexFormat.of().toHexDigits(fingerprint.directory());
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes);
        return (int) crc.getValue();
    }

    /**
     * What the index of a folder says about its jars; null if there is none.
     *
     * @param files the jars that are there
     * @throws UnfitIndexException if it does not hold, saying why
     */
    static @Nullable List<LibraryJar> read(Path folder, List<Path> files)
            throws UnfitIndexException {
        Path index = folder.resolve(NAME);
        if (!Files.isRegularFile(index)) {
            return null;
        }
        try {
            if (Files.size(index) > MAX_BYTES) {
                throw new UnfitIndexException("it has more than " + MAX_BYTES + " bytes");
            }
            return parse(Files.readAllBytes(index), files);
        } catch (IOException unreadable) {
            throw new UnfitIndexException("it cannot be read: " + unreadable, unreadable);
        }
    }

    private static List<LibraryJar> parse(byte[] bytes, List<Path> files)
            throws UnfitIndexException {
        int body = bytes.length - CHECKSUM_LINE_BYTES;
        if (body < 0
                || !new String(bytes, body, CHECKSUM_LINE_BYTES, StandardCharsets.ISO_8859_1)
                        .equals(
                                CHECKSUM
                                        + HexFormat.of()
                                                .toHexDigits(
                                                        checksum(ByteBuffer.wrap(bytes, 0, body)))
                                        + "\n")) {
            throw new UnfitIndexException("it is damaged");
        }
        FolderIndex index =
                new FolderIndex(new String(bytes, 0, body, StandardCharsets.UTF_8), files);
        index.expect(FORMAT);
        index.expect(JAVA);
        while (index.position < index.text.length()) {
            index.readJar();
        }
        if (index.jars.size() < files.size()) {
            throw new UnfitIndexException(
                    "it does not know " + files.get(index.jars.size()).getFileName());
        }
        return index.jars;
    }

    private void expect(String wanted) throws UnfitIndexException {
        String found = nextLine();
        if (!found.equals(wanted)) {
            throw new UnfitIndexException("it says '" + found + "', wanted is '" + wanted + "'");
        }
    }

    private String nextLine() throws UnfitIndexException {
        int end = text.indexOf('\n', position);
        if (end < 0) {
            throw new UnfitIndexException("its last line has no end");
        }
        String line = text.substring(position, end);
        position = end + 1;
        return line;
    }

    private void readJar() throws UnfitIndexException {
        String line = nextLine();
        Path file = jars.size() < files.size() ? files.get(jars.size()) : null;
        if (file == null || !line.equals("jar " + file.getFileName())) {
            throw new UnfitIndexException(
                    "it says '"
                            + line
                            + "', the folder has "
                            + (file == null ? "no further jar" : file.getFileName()));
        }
        try {
            if (!nextLine().equals("fingerprint " + written(JarFingerprint.of(file)))) {
                throw new UnfitIndexException(file.getFileName() + " was changed");
            }
        } catch (IOException unreadable) {
            throw new UnfitIndexException(
                    file.getFileName() + " cannot be read: " + unreadable.getMessage(), unreadable);
        }
        jars.add(content(file));
    }

    private LibraryJar content(Path file) throws UnfitIndexException {
        boolean module = false;
        Optional<String> alias = Optional.empty();
        SortedMap<String, List<String>> classes = new TreeMap<>();
        List<String> directories = new ArrayList<>();
        List<String> shared = new ArrayList<>();
        SortedMap<String, List<String>> services = new TreeMap<>();
        List<String> problems = new ArrayList<>();
        while (position < text.length() && !text.startsWith("jar ", position)) {
            String line = nextLine();
            int blank = line.indexOf(' ');
            String value = line.substring(blank + 1);
            switch (blank < 0 ? line : line.substring(0, blank)) {
                case "module" -> module = true;
                case "alias" -> alias = Optional.of(value);
                case "package" -> classes.put(value, indented(value.concat(".")));
                case "directory" -> directories.add(value);
                case "shared" -> shared.add(value);
                case "service" -> services.put(value, indented(""));
                case "problem" -> problems.add(value);
                default -> throw new UnfitIndexException("it has the line '" + line + "'");
            }
        }
        return new LibraryJar(
                file, module, alias, classes, directories, shared, services, problems);
    }

    /** The lines that begin with a blank, without it, each behind a prefix. */
    private List<String> indented(String prefix) throws UnfitIndexException {
        List<String> values = new ArrayList<>();
        while (text.startsWith(" ", position)) {
            position++;
            values.add(prefix.concat(nextLine()));
        }
        return values;
    }
}
