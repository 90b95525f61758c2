package mortise.bench;

import mortise.bench.command.BenchCommand;

/** The bench's command line: docs/bench.md. */
final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(BenchCommand.run(arguments));
    }
}
