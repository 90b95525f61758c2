package mortise.bench.micro;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import mortise.bench.workload.UsageException;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The microbenchmarks that there are. */
public final class Microbenchmarks {
    private final List<Entry> entries;

    private Microbenchmarks(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * One of them.
     *
     * @param fullName with its package
     */
    public record Entry(String fullName) {
        /** Class and method. */
        public String name() {
            return fullName.substring(fullName.lastIndexOf('.', methodAt() - 1) + 1);
        }

        private String type() {
            return name().substring(0, name().indexOf('.'));
        }

        private int methodAt() {
            return fullName.lastIndexOf('.');
        }
    }

    /** Those on the class path, in the order of their names. */
    public static Microbenchmarks installed() {
        var nowhere =
                OutputFormatFactory.createFormatInstance(
                        new PrintStream(
                                OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                        VerboseMode.SILENT);
        return new Microbenchmarks(
                BenchmarkList.defaultList().getAll(nowhere, List.of()).stream()
                        .map(each -> new Entry(each.getUsername()))
                        .distinct()
                        .sorted(Comparator.comparing(Entry::name))
                        .toList());
    }

    /**
     * Those in whose name a regular expression is found, whatever the case; all without one.
     *
     * @throws UsageException if it is found in none, saying what there is
     */
    public List<Entry> matching(@Nullable String filter) {
        if (filter == null) {
            return entries;
        }
        Pattern wanted = pattern(filter);
        List<Entry> found =
                entries.stream().filter(each -> wanted.matcher(each.fullName()).find()).toList();
        if (found.isEmpty()) {
            throw new UsageException(
                    "no microbenchmark matches '"
                            + filter
                            + "'; there are "
                            + entries.stream()
                                    .map(Entry::type)
                                    .distinct()
                                    .collect(Collectors.joining(", ")));
        }
        return found;
    }

    private static Pattern pattern(String filter) {
        try {
            return Pattern.compile(filter, Pattern.CASE_INSENSITIVE);
        } catch (PatternSyntaxException wrong) {
            throw new UsageException(
                    "the filter '"
                            + filter
                            + "' is no regular expression: "
                            + wrong.getDescription());
        }
    }
}
