package mortise.dist;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import mortise.api.Clock;
import mortise.dist.assembly.Assembled;
import mortise.dist.assembly.Assembler;
import mortise.dist.assembly.AssemblyCheck;
import mortise.dist.assembly.AssemblyRefusedException;
import mortise.dist.assembly.Home;
import mortise.dist.assembly.Order;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mortise assemble}: lays out a broker of chosen plugins, or compares one with its lock. */
@Command(
        name = "assemble",
        description = "Lays out a self-contained broker of the plugins that you choose.",
        mixinStandardHelpOptions = true)
final class AssembleCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Option(
            names = "--with",
            paramLabel = "PLUGIN",
            split = ",",
            arity = "1..*",
            description =
                    "The plugins, separated by commas: storage-local,consensus-raft,codec-zstd.")
    private List<String> named = new ArrayList<>();

    @Option(
            names = "--to",
            paramLabel = "DIR",
            description = "Where the broker is laid out; empty or not there yet.")
    private @Nullable Path target;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description = "A value for its configuration file. Repeatable.")
    private Map<String, String> set = new LinkedHashMap<>();

    @Option(names = "--runtime", description = "Adds a JVM, so that it needs no JDK (jlink).")
    private boolean runtime;

    @Option(
            names = "--aot",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description =
                    "Adds an AOT cache for the JVM that it will run on, so that it starts in half the time (default); --no-aot leaves it out, and saves 40 MB and the seconds that it takes.")
    private boolean aot = true;

    @Option(
            names = "--tar",
            paramLabel = "FILE",
            description = "Also writes the directory as a tar file; compressed if it ends in gz.")
    private @Nullable Path tar;

    @Option(
            names = "--check",
            paramLabel = "DIR",
            description = "Only compares an assembled broker with its mortise.lock.")
    private @Nullable Path checked;

    @Mixin private OutputOptions output = new OutputOptions();

    @Override
    public Integer call() {
        try {
            if (checked != null) {
                return check(checked);
            }
            List<String> plugins =
                    named.stream().map(String::strip).filter(name -> !name.isEmpty()).toList();
            if (plugins.isEmpty() || target == null) {
                throw new ParameterException(
                        spec.commandLine(),
                        "name the plugins and the place: --with storage-local,consensus-raft --to DIR");
            }
            return assemble(plugins, target);
        } catch (AssemblyRefusedException refused) {
            throw new CommandFailedException(String.valueOf(refused.getMessage()));
        }
    }

    private int assemble(List<String> plugins, Path to) {
        Home home = Home.read(HomeDirectory.find());
        Order order = new Order(plugins, set, to, runtime, aot, Optional.ofNullable(tar));
        Assembled made =
                new Assembler(home, ConfigurationOptions.bare(), Clock.system()).assemble(order);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("assembled", made.directory());
        row.put("plugins", made.plugins());
        row.put("jars", made.jars());
        row.put("bytes", made.bytes());
        made.cache()
                .ifPresent(cache -> {
                    row.put("aotBytes", cache.bytes());
                    row.put("aotMillis", cache.duration().toMillis());
                });
        PrintWriter out = spec.commandLine().getOut();
        output.print(
                out,
                row,
                () -> {
                    out.println("assembled " + made.directory());
                    out.println("  plugins  " + String.join(", ", made.plugins()));
                    out.println(
                            String.format(
                                    Locale.ROOT,
                                    "  holds    %d jars, %.1f MB in all",
                                    made.jars(),
                                    made.bytes() / 1e6));
                    made.cache().ifPresent(cache -> out.println("  AOT      " + describe(cache)));
                    out.println("  next     " + made.directory().resolve("mortise") + " start");
                });
        return 0;
    }

    private static String describe(Assembled.Cache cache) {
        return String.format(
                Locale.ROOT,
                "a cache of %.1f MB for fast starts, made in %.1f s (--no-aot leaves it out)",
                cache.bytes() / 1e6,
                cache.duration().toMillis() / 1e3);
    }

    private int check(Path directory) {
        AssemblyCheck check = AssemblyCheck.of(directory);
        PrintWriter out = spec.commandLine().getOut();
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("checked", directory);
        row.put("damage", check.damage());
        row.put("changes", check.changes());
        output.print(
                out,
                row,
                () -> {
                    check.changes().forEach(out::println);
                    check.damage().forEach(out::println);
                    out.println(directory + " " + verdict(check));
                });
        return check.damage().isEmpty() ? 0 : 1;
    }

    private static String verdict(AssemblyCheck check) {
        if (!check.damage().isEmpty()) {
            return "is damaged: "
                    + files(check.damage())
                    + " not as it was assembled; lay it out anew and take over its conf";
        }
        return check.changes().isEmpty()
                ? "is as it was assembled"
                : "is as it was assembled, but for its configuration: "
                        + files(check.changes())
                        + " changed since";
    }

    private static String files(List<String> lines) {
        return lines.size() + (lines.size() == 1 ? " file is" : " files are");
    }
}
