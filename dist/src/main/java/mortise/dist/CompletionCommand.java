package mortise.dist;

import java.io.PrintWriter;
import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code mortise completion}: a script that teaches a shell the commands and options. */
@Command(
        name = "completion",
        description = "Prints a script that completes commands and options in a shell.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "bash, zsh: source <(mortise completion bash)",
            "fish:      mortise completion fish | source",
            "To keep it, write it where the shell looks, such as ~/.local/share/bash-completion/completions/mortise or ~/.config/fish/completions/mortise.fish."
        })
final class CompletionCommand implements Runnable {
    @Spec private CommandSpec spec;

    /** The shells. */
    enum Shell {
        BASH,
        ZSH,
        FISH
    }

    @Parameters(
            paramLabel = "bash|zsh|fish",
            converter = ShellText.class,
            description = "Which shell.")
    private Shell shell = Shell.BASH;

    /** Reads a shell's name. */
    static final class ShellText implements ITypeConverter<Shell> {
        @Override
        public Shell convert(String text) {
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "bash" -> Shell.BASH;
                case "zsh" -> Shell.ZSH;
                case "fish" -> Shell.FISH;
                default ->
                        throw new TypeConversionException(
                                "'" + text + "' is not bash, zsh or fish");
            };
        }
    }

    @Override
    public void run() {
        PrintWriter out = spec.commandLine().getOut();
        // the script for bash is one for zsh too: it asks which of them reads it
        out.print(
                switch (shell) {
                    case BASH, ZSH -> AutoComplete.bash("mortise", Main.withAllCommands());
                    case FISH -> FishCompletion.of(Main.withAllCommands().getCommandSpec());
                });
        out.flush();
    }
}
