package mortise.dist.assembly;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPOutputStream;

/**
 * A directory as a tar file in the POSIX ustar form (IEEE 1003.1, pax, "ustar Interchange Format"):
 * names in order, one time, no owners, so that the same directory makes the same file.
 */
final class TarArchive {
    private static final int BLOCK = 512;
    private static final int NAME_BYTES = 100;
    private static final int PREFIX_BYTES = 155;

    private final OutputStream out;

    private TarArchive(OutputStream out) {
        this.out = out;
    }

    /**
     * Writes a directory, under its own name.
     *
     * @param file where to; compressed with gzip if the name ends in {@code gz}
     */
    static void write(Path directory, Path file) {
        boolean written = false;
        try {
            writeAll(directory, file);
            written = true;
        } catch (IOException failure) {
            throw new AssemblyRefusedException(
                    "cannot write "
                            + file
                            + ": "
                            + failure.getMessage()
                            + "; name another file with --tar",
                    failure);
        } finally {
            if (!written) {
                remove(file);
            }
        }
    }

    /** Removes what was begun; the failure that led here is the one to report. */
    private static void remove(Path file) {
        try {
            if (Files.isRegularFile(file)) {
                Files.delete(file);
            }
        } catch (IOException left) {
            throw new AssemblyRefusedException(
                    "cannot remove " + file + ", which is incomplete: " + left.getMessage(), left);
        }
    }

    /**
     * Makes sure that a file can be made there, before anything is laid out.
     *
     * @throws AssemblyRefusedException with what is wrong
     */
    static void requirePlace(Path file, Path assembled) {
        Path whole = file.toAbsolutePath().normalize();
        Path parent = whole.getParent();
        if (parent == null || Files.isDirectory(whole)) {
            throw new AssemblyRefusedException(file + " is a directory; name a file with --tar");
        }
        if (whole.startsWith(assembled)) {
            throw new AssemblyRefusedException(
                    file + " lies in the directory that it is to hold; name another with --tar");
        }
        if (!Files.isDirectory(parent)) {
            throw new AssemblyRefusedException(
                    "cannot write "
                            + file
                            + ": there is no directory "
                            + parent
                            + "; make it, or name another file with --tar");
        }
        if (!Files.isWritable(parent)) {
            throw new AssemblyRefusedException(
                    "cannot write "
                            + file
                            + ": this user may not write in "
                            + parent
                            + "; name another file with --tar");
        }
    }

    private static void writeAll(Path directory, Path file) throws IOException {
        String top = directory.toAbsolutePath().normalize().getFileName().toString();
        boolean compressed = file.getFileName().toString().endsWith("gz");
        try (OutputStream plain = Files.newOutputStream(file);
                OutputStream out = compressed ? new GZIPOutputStream(plain, 1 << 16) : plain) {
            TarArchive tar = new TarArchive(out);
            tar.add(directory, top);
            for (Path path : Tree.paths(directory)) {
                tar.add(path, top + "/" + Tree.relative(directory, path));
            }
            out.write(new byte[2 * BLOCK]);
        }
    }

    private void add(Path path, String name) throws IOException {
        if (Files.isSymbolicLink(path)) {
            out.write(header(name, 0, '2', 0777, Files.readSymbolicLink(path).toString()));
        } else if (Files.isDirectory(path)) {
            out.write(header(name + "/", 0, '5', 0755, ""));
        } else {
            long size = Files.size(path);
            out.write(header(name, size, '0', Files.isExecutable(path) ? 0755 : 0644, ""));
            Files.copy(path, out);
            out.write(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
        }
    }

    private static byte[] header(String name, long size, char type, int mode, String link) {
        byte[] header = new byte[BLOCK];
        int cut = cut(name);
        put(header, 0, NAME_BYTES, name.substring(cut == 0 ? 0 : cut + 1));
        put(header, 345, PREFIX_BYTES, name.substring(0, cut));
        put(header, 157, NAME_BYTES, link);
        octal(header, 100, 8, mode);
        octal(header, 108, 8, 0);
        octal(header, 116, 8, 0);
        octal(header, 124, 12, size);
        octal(header, 136, 12, Tree.TIME.getEpochSecond());
        header[156] = (byte) type;
        put(header, 257, 6, "ustar");
        put(header, 263, 2, "00");
        Arrays.fill(header, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte each : header) {
            sum += each & 0xff;
        }
        octal(header, 148, 7, sum);
        return header;
    }

    /** Where a name is cut into prefix and name: 0, or at a slash. */
    private static int cut(String name) {
        if (name.getBytes(StandardCharsets.UTF_8).length <= NAME_BYTES) {
            return 0;
        }
        int cut = name.indexOf('/', name.length() - NAME_BYTES - 1);
        if (cut <= 0 || cut > PREFIX_BYTES || cut == name.length() - 1) {
            throw new AssemblyRefusedException(
                    "the name " + name + " is too long for a tar file; shorten it");
        }
        return cut;
    }

    private static void put(byte[] header, int at, int length, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length > length) {
            throw new AssemblyRefusedException(
                    "the name " + text + " is too long for a tar file; shorten it");
        }
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private static void octal(byte[] header, int at, int length, long number) {
        String digits = Long.toOctalString(number);
        put(header, at, length - 1, "0".repeat(length - 1 - digits.length()) + digits);
    }
}
