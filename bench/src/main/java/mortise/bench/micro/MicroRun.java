package mortise.bench.micro;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatFactory;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * A run of microbenchmarks, one after the other.
 *
 * @param forks fresh processes for each
 * @param seconds the length of an iteration
 * @param directory where the results go, and what JMH says
 */
public record MicroRun(int forks, int seconds, Path directory) {
    private static final int ITERATIONS = 5;

    /** The garbage collector and the heap of a broker, all of the heap at once. */
    private static final String[] JVM = {
        "-XX:+UseSerialGC",
        "-Xms1g",
        "-Xmx1g",
        "-Dio.netty.leakDetection.level=disabled",
        "-Dslf4j.internal.verbosity=ERROR",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow"
    };

    /**
     * Measures, and keeps the results as JSON in JMH's format.
     *
     * @param progress is told what is being measured
     * @return a table of the results
     */
    public String measure(List<Microbenchmarks.Entry> wanted, PrintStream progress)
            throws IOException {
        Files.createDirectories(directory);
        Path said = directory.resolve("jmh.log");
        List<RunResult> results = new ArrayList<>();
        List<String> failed = new ArrayList<>();
        try (PrintStream log =
                new PrintStream(Files.newOutputStream(said), true, StandardCharsets.UTF_8)) {
            OutputFormat output = OutputFormatFactory.createFormatInstance(log, VerboseMode.NORMAL);
            for (int i = 0; i < wanted.size(); i++) {
                progress.printf(
                        Locale.ROOT, "%d/%d %s%n", i + 1, wanted.size(), wanted.get(i).name());
                try {
                    results.addAll(new Runner(options(wanted.get(i)), output).run());
                } catch (RunnerException failure) {
                    failed.add(wanted.get(i).name());
                }
            }
        }
        ResultFormatFactory.getInstance(
                        ResultFormatType.JSON, directory.resolve("results.json").toString())
                .writeOut(results);
        String table = MicroTable.of(results);
        Files.writeString(directory.resolve("results.txt"), table);
        if (!failed.isEmpty()) {
            throw new IOException(
                    String.join(", ", failed)
                            + " failed: "
                            + said
                            + " says why; results of the others are beside it");
        }
        return table;
    }

    private Options options(Microbenchmarks.Entry each) {
        return new OptionsBuilder()
                .include("^" + Pattern.quote(each.fullName()) + "$")
                .forks(forks)
                .jvmArgs(JVM)
                .warmupIterations(ITERATIONS)
                .warmupTime(TimeValue.seconds(seconds))
                .measurementIterations(ITERATIONS)
                .measurementTime(TimeValue.seconds(seconds))
                .addProfiler(GCProfiler.class)
                .shouldFailOnError(true)
                .build();
    }
}
