package mortise.dist;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** The completion script for fish, which picocli does not write. */
final class FishCompletion {
    private static final String COMMAND = "mortise";

    private final StringBuilder script = new StringBuilder();

    private FishCompletion() {}

    static String of(CommandSpec top) {
        FishCompletion completion = new FishCompletion();
        completion.script.append("complete -c ").append(COMMAND).append(" -f\n");
        completion.add(top, List.of());
        return completion.script.toString();
    }

    /**
     * Adds a command's subcommands and options.
     *
     * @param path the names that lead to it
     */
    private void add(CommandSpec command, List<String> path) {
        List<CommandLine> subcommands =
                command.subcommands().values().stream()
                        .filter(each -> !each.getCommandSpec().usageMessage().hidden())
                        .toList();
        String condition = condition(path, subcommands);
        for (CommandLine each : subcommands) {
            line(condition, "-a " + each.getCommandName(), text(each.getCommandSpec()));
        }
        for (OptionSpec option : command.options()) {
            if (!option.hidden()) {
                line(condition, names(option) + argument(option), text(option));
            }
        }
        for (CommandLine each : subcommands) {
            List<String> deeper = new ArrayList<>(path);
            deeper.add(each.getCommandName());
            add(each.getCommandSpec(), deeper);
        }
    }

    /** Fish's words for: these commands were named and none of their subcommands was. */
    private static String condition(List<String> path, List<CommandLine> subcommands) {
        if (path.isEmpty()) {
            return "__fish_use_subcommand";
        }
        String seen =
                path.stream()
                        .map(name -> "__fish_seen_subcommand_from " + name)
                        .collect(Collectors.joining("; and "));
        return subcommands.isEmpty()
                ? seen
                : seen
                        + "; and not __fish_seen_subcommand_from "
                        + subcommands.stream()
                                .map(CommandLine::getCommandName)
                                .collect(Collectors.joining(" "));
    }

    private static String names(OptionSpec option) {
        return Arrays.stream(option.names())
                .map(name ->
                        name.startsWith("--")
                                ? "-l " + name.substring(2)
                                : "-s " + name.substring(1))
                .collect(Collectors.joining(" "));
    }

    private static String argument(OptionSpec option) {
        if (option.arity().max() == 0) {
            return "";
        }
        return option.type().equals(Path.class) ? " -r -F" : " -x";
    }

    private static String text(CommandSpec command) {
        return String.join(" ", command.usageMessage().description());
    }

    private static String text(OptionSpec option) {
        String defaultValue = option.defaultValueString(true);
        return String.join(" ", option.description())
                .replace("${DEFAULT-VALUE}", String.valueOf(defaultValue));
    }

    private void line(String condition, String what, String text) {
        script.append("complete -c ")
                .append(COMMAND)
                .append(" -n '")
                .append(condition)
                .append("' ")
                .append(what)
                .append(" -d '")
                .append(text.replace("\\", "\\\\").replace("'", "\\'"))
                .append("'\n");
    }
}
