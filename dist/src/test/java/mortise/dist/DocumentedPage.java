package mortise.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A page of the documentation and its blocks of shell commands.
 *
 * @param name its path in the checkout
 * @param blocks what stands between {@code ```sh} and {@code ```}, in order
 * @param indented lines of commands that stand outside of such blocks
 */
record DocumentedPage(String name, List<Block> blocks, List<String> indented) {
    static final Path CHECKOUT = Path.of("..").toAbsolutePath().normalize();

    private static final Pattern FENCED = Pattern.compile("(?ms)^```(\\w*)\\n(.*?)^```$");
    private static final Pattern FOREGROUND = Pattern.compile("\\S*mortise start( [^&|<>]*)?");
    private static final Pattern TABLE_ROW =
            Pattern.compile("\\| (\\S+) \\| `?([^`|]+?)`? \\| (.+) \\|");

    /**
     * Commands that readers paste at once.
     *
     * @param number its place on the page, from 1
     */
    record Block(String page, int number, String text) {
        String firstLine() {
            return text.lines().findFirst().orElse("");
        }

        /** Whether it ends in a broker that stays in the foreground. */
        boolean endsInABroker() {
            String last = text.lines().reduce("", (first, second) -> second);
            return FOREGROUND.matcher(last).matches() && !last.contains("--check-config");
        }

        @Override
        public String toString() {
            return page + ", block " + number + " (" + firstLine() + ")";
        }
    }

    /**
     * A row of the table in {@code docs/testing.md}: a block that the usual run leaves out.
     *
     * @param block the beginning of its first line, or {@code all}
     * @param reason begins with {@code never} or {@code slow}
     */
    record LeftOut(String page, String block, String reason) {
        boolean isOf(Block other) {
            return page.equals(other.page())
                    && (block.equals("all") || other.firstLine().startsWith(block));
        }

        boolean slow() {
            return reason.startsWith("slow");
        }
    }

    static DocumentedPage read(String name) {
        String text = text(name);
        List<Block> blocks = new ArrayList<>();
        Matcher fenced = FENCED.matcher(text);
        while (fenced.find()) {
            if (fenced.group(1).equals("sh")) {
                blocks.add(new Block(name, blocks.size() + 1, fenced.group(2)));
            }
        }
        List<String> indented =
                fenced.replaceAll("").lines().filter(line -> line.startsWith("    ./")).toList();
        return new DocumentedPage(name, blocks, indented);
    }

    private static String text(String name) {
        try {
            return Files.readString(CHECKOUT.resolve(name));
        } catch (IOException failure) {
            throw new UncheckedIOException("reading " + name, failure);
        }
    }

    /** The README and every page of {@code docs}, those of the examples included. */
    static List<DocumentedPage> all() {
        try (Stream<Path> files = Files.walk(CHECKOUT.resolve("docs"))) {
            return Stream.concat(Stream.of(CHECKOUT.resolve("README.md")), files.sorted())
                    .filter(file -> file.toString().endsWith(".md"))
                    .map(file -> read(CHECKOUT.relativize(file).toString()))
                    .toList();
        } catch (IOException failure) {
            throw new UncheckedIOException("listing docs", failure);
        }
    }

    /** What the usual run leaves out, with reasons. */
    static List<LeftOut> leftOut() {
        List<LeftOut> rows = new ArrayList<>();
        boolean inTable = false;
        for (String line : text("docs/testing.md").lines().toList()) {
            if (line.equals("| page | block begins with | not run |")) {
                inTable = true;
            } else if (!line.startsWith("|")) {
                inTable = false;
            } else if (inTable && !line.startsWith("|--")) {
                Matcher row = TABLE_ROW.matcher(line);
                if (!row.matches()) {
                    throw new IllegalStateException("docs/testing.md: " + line);
                }
                rows.add(new LeftOut(row.group(1), row.group(2), row.group(3)));
            }
        }
        return rows;
    }
}
