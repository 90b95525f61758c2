package mortise.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A table in a page of the documentation that is what the code says. */
public final class GoldenTable {
    private GoldenTable() {}

    /**
     * Checks the rows of a table and their order; with {@code -Dmortise.golden.write=true} writes
     * them instead.
     *
     * @param heading the first line of the table, which stands once in the page
     */
    public static void check(Path page, String heading, List<String> rows) throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(page));
        int begin = lines.indexOf(heading) + 2;
        assertThat(begin).as("where the table begins in %s", page).isGreaterThan(1);
        int end = begin;
        while (end < lines.size() && lines.get(end).startsWith("|")) {
            end++;
        }
        if (Boolean.getBoolean("mortise.golden.write")) {
            lines.subList(begin, end).clear();
            lines.addAll(begin, rows);
            Files.writeString(page, String.join("\n", lines) + "\n");
            return;
        }
        List<String> shown = List.copyOf(lines.subList(begin, end));
        assertThat(rows)
                .filteredOn(row -> !shown.contains(row))
                .as("rows that %s lacks", page)
                .isEmpty();
        assertThat(shown)
                .filteredOn(row -> !rows.contains(row))
                .as("rows of %s that are not true any more", page)
                .isEmpty();
        assertThat(shown).as("the order of rows in %s", page).isEqualTo(rows);
    }
}
