package mortise.dist;

import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** A command that needs a subcommand was given none. */
final class IncompleteCommandException extends ParameterException {
    private static final long serialVersionUID = 1L;

    IncompleteCommandException(CommandLine command, String message) {
        super(command, message);
    }
}
