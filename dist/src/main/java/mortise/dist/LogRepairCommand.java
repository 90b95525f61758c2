package mortise.dist;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import mortise.broker.OfflineLogs;
import mortise.spi.storage.MissingRecords;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code mortise log repair}: what cannot be read of logs, cut out of them. */
@Command(
        name = "repair",
        description = {
            "Makes the logs of a stopped broker readable from end to end again. Indexes and what",
            "is kept beside a log are made anew from its batches. Batches that are damaged are",
            "cut out, and records that are missing are taken for lost: consumers pass over both.",
            "Without --yes it shows what cannot be read and cuts nothing out. To get the records",
            "back, put a copy of the files in their place instead. Exit status 1 if anything",
            "cannot be read afterwards. Logs are recovered as by a start of the broker."
        },
        mixinStandardHelpOptions = true)
final class LogRepairCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

    @Mixin private OutputOptions output = new OutputOptions();

    @Mixin private LogCommand.Selection selection = new LogCommand.Selection();

    @Option(names = "--yes", description = "Do it; without this it is only shown.")
    private boolean yes;

    @Override
    public Integer call() {
        List<OfflineLogs.Repaired> all = new ArrayList<>();
        try (OfflineLogs logs = selection.builder(configuration).offlineLogs()) {
            logs.repair(selection::has, yes, all::add);
        }
        PrintWriter out = spec.commandLine().getOut();
        output.print(
                out, Map.of("logs", all.stream().map(this::asMap).toList()), () -> print(out, all));
        return all.stream().allMatch(one -> one.remaining().isEmpty()) ? 0 : 1;
    }

    private void print(PrintWriter out, List<OfflineLogs.Repaired> all) {
        if (all.isEmpty()) {
            out.println("everything can be read");
        }
        for (OfflineLogs.Repaired one : all) {
            for (MissingRecords range : one.lost()) {
                String what =
                        !yes
                                ? "cannot be read"
                                : one.remaining().contains(range)
                                        ? "cannot be read, and its store cannot cut that out"
                                        : "are given up";
                out.println(
                        one.partition()
                                + ": offsets "
                                + range.from()
                                + " to "
                                + (range.to() - 1)
                                + " "
                                + what
                                + ": "
                                + range.cause());
            }
        }
        if (!yes && !all.isEmpty()) {
            out.println("nothing was changed; --yes gives these up");
        }
    }

    private Map<String, Object> asMap(OfflineLogs.Repaired one) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", one.partition().topic());
        row.put("partition", one.partition().partition());
        row.put(
                "lost",
                one.lost().stream()
                        .map(range -> {
                            Map<String, Object> lost = new LinkedHashMap<>();
                            lost.put("from", range.from());
                            lost.put("to", range.to() - 1);
                            lost.put("cause", range.cause());
                            lost.put("given-up", yes && !one.remaining().contains(range));
                            return lost;
                        })
                        .toList());
        return row;
    }
}
