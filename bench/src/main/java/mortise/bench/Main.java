package mortise.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mortise.api.Clock;

/**
 * The bench's command line: each comparison runs against the peer, interleaved, fresh process and
 * directory per round. See {@code docs/performance.md}.
 */
final class Main {
    private static final String USAGE =
            """
            usage: bench produce|beside|start|footprint|allocation [--rounds N] [--seconds N] [--warm-up N] [--home DIR] [--baseline DIR] [--peer DIR] [--work DIR] [--pin] [--only NAME] [--extra KEY=VALUE,…] [--bytes N] [--load large|growing|small]
              produce      raw produce requests: what the broker spends on each
              beside       the same, with all systems up at once and loaded in turn, --seconds a turn: for two builds
              start        empty directory to first acknowledged record, and idle memory
              footprint    what 1,000 partitions and 1,000 connections cost
              allocation   heap bytes allocated per produced byte (10 GB, or --bytes)
                   --home   an assembled Mortise (default dist/target/mortise)
                   --baseline another assembled Mortise to measure beside it, such as the parent commit's; it is called "baseline"
                   --peer   the peer's jars (./mvnw -pl bench/peer package puts them there; default bench/peer/target/lib)
                   --work   where data directories are made (default bench/target/work)
                   --pin    pin the measured system to processor 0 (start the bench itself under taskset -c 1)
                   --only   mortise, baseline or kafka; several with commas
                   --load   one load of produce: large (old segments are removed as it goes), growing (nothing is removed), small
                   --extra  further settings of Mortise
            """;

    private static final Set<String> OPTIONS =
            Set.of(
                    "rounds",
                    "seconds",
                    "warm-up",
                    "home",
                    "baseline",
                    "peer",
                    "work",
                    "pin",
                    "only",
                    "extra",
                    "bytes",
                    "load");

    /** Under the produce loads data that retention lets go is looked for once a second. */
    private static final List<String> RETENTION = List.of("log.retention.check.interval.ms=1000");

    /** The same, and from the first second on. */
    private static final List<String> PEER_RETENTION =
            List.of("log.retention.check.interval.ms=1000", "log.initial.task.delay.ms=1000");

    private Main() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (List.of(arguments).contains("--help")) {
            System.out.print(USAGE);
            return;
        }
        Bench.Comparison comparison;
        try {
            comparison = comparison(arguments);
        } catch (IllegalArgumentException misused) {
            System.err.println("bench: " + misused.getMessage());
            System.err.print(USAGE);
            System.exit(2);
            return;
        }
        comparison.run();
    }

    private static Bench.Comparison comparison(String[] arguments) {
        if (arguments.length == 0) {
            throw new IllegalArgumentException("say what to measure");
        }
        Map<String, String> options = options(arguments);
        boolean produces = Set.of("produce", "beside").contains(arguments[0]);
        List<String> extra = new ArrayList<>(produces ? RETENTION : List.of());
        if (options.containsKey("extra")) {
            extra.addAll(List.of(options.get("extra").split(",", -1)));
        }
        List<Subject> subjects = new ArrayList<>();
        subjects.add(
                mortise("mortise", options.getOrDefault("home", "dist/target/mortise"), extra));
        if (options.containsKey("baseline")) {
            subjects.add(mortise("baseline", options.get("baseline"), extra));
        }
        subjects.add(
                new Subject.Peer(
                        Path.of(options.getOrDefault("peer", "bench/peer/target/lib"))
                                .toAbsolutePath(),
                        produces ? PEER_RETENTION : List.of()));
        if (options.containsKey("only")) {
            keep(subjects, List.of(options.get("only").split(",", -1)));
        }
        Bench bench =
                new Bench(
                        subjects,
                        Path.of(options.getOrDefault("work", "bench/target/work")).toAbsolutePath(),
                        new Bench.Length(
                                Math.toIntExact(whole(options, "rounds", 5)),
                                whole(options, "seconds", 8),
                                whole(options, "warm-up", 20)),
                        options.containsKey("pin") ? 0 : -1,
                        Clock.system(),
                        new Figures());
        return switch (arguments[0]) {
            case "produce" -> new ProduceComparison(bench, options.getOrDefault("load", ""))::run;
            case "beside" -> new ProduceComparison(bench, options.getOrDefault("load", ""))::beside;
            case "start" -> new StartComparison(bench)::run;
            case "footprint" -> new FootprintComparison(bench)::run;
            case "allocation" ->
                    new AllocationRun(bench, whole(options, "bytes", 10_000_000_000L))::run;
            default -> throw new IllegalArgumentException("there is no comparison " + arguments[0]);
        };
    }

    private static Subject mortise(String name, String home, List<String> extra) {
        return new Subject.Mortise(name, Path.of(home).toAbsolutePath(), extra);
    }

    private static void keep(List<Subject> subjects, List<String> names) {
        for (String name : names) {
            if (subjects.stream().noneMatch(subject -> subject.name().equals(name))) {
                throw new IllegalArgumentException("there is no system " + name);
            }
        }
        subjects.removeIf(subject -> !names.contains(subject.name()));
    }

    private static long whole(Map<String, String> options, String name, long otherwise) {
        String given = options.get(name);
        try {
            return given == null ? otherwise : Long.parseLong(given);
        } catch (NumberFormatException noNumber) {
            throw new IllegalArgumentException(
                    "--" + name + " wants a whole number, not " + given, noNumber);
        }
    }

    private static Map<String, String> options(String[] arguments) {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 1; i < arguments.length; i++) {
            String name = arguments[i].replaceFirst("^--", "");
            if (!arguments[i].startsWith("--") || !OPTIONS.contains(name)) {
                throw new IllegalArgumentException("there is no option " + arguments[i]);
            }
            boolean flag = name.equals("pin");
            if (!flag && i + 1 == arguments.length) {
                throw new IllegalArgumentException(arguments[i] + " wants a value");
            }
            options.put(name, flag ? "true" : arguments[++i]);
        }
        return options;
    }
}
