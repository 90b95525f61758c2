package mortise.dist;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;

/**
 * Lines that people and programs wrote: package lists, sources, manuals and logs of this machine,
 * as bytes read as Latin-1. The key of a line is its first word.
 */
final class RealLines {
    private static final List<String> PLACES =
            List.of(
                    "/var/lib/dpkg",
                    "/var/lib/apt/lists",
                    "/usr/share/dict",
                    "/usr/lib/python3",
                    "/usr/share/perl",
                    "/usr/share/doc",
                    "/usr/share",
                    "/usr/include",
                    "/usr/lib",
                    "/var/log",
                    "/root/.pyenv");
    private static final int LONGEST = 20_000;
    private static final long LARGEST_FILE = 64L << 20;

    private RealLines() {}

    /** A line and its key. Neither has a line end; the key has no tab and is not empty. */
    record Line(String key, String value) {}

    /** The first {@code count} usable lines, always the same on the same machine. */
    static List<Line> read(int count) throws IOException {
        List<Line> lines = new ArrayList<>(count);
        for (String place : PLACES) {
            if (lines.size() < count && Files.isDirectory(Path.of(place))) {
                Files.walkFileTree(Path.of(place), new Collector(lines, count));
            }
        }
        if (lines.size() < count) {
            throw new IllegalStateException(
                    "this machine has only " + lines.size() + " usable lines in " + PLACES);
        }
        return lines;
    }

    private static final class Collector extends SimpleFileVisitor<Path> {
        private final List<Line> lines;
        private final int count;

        Collector(List<Line> lines, int count) {
            this.lines = lines;
            this.count = count;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
            if (attributes.isRegularFile()
                    && attributes.size() < LARGEST_FILE
                    && Files.isReadable(file)) {
                String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                // binary files are not lines
                if (content.indexOf('\0') < 0) {
                    content.lines().forEach(this::add);
                }
            }
            return lines.size() >= count ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) {
            return FileVisitResult.CONTINUE;
        }

        private void add(String line) {
            if (lines.size() < count
                    && !line.isBlank()
                    && line.length() <= LONGEST
                    && line.indexOf('\r') < 0) {
                String word = line.strip().split("[\\s]", 2)[0];
                lines.add(new Line(word.length() > 40 ? word.substring(0, 40) : word, line));
            }
        }
    }
}
