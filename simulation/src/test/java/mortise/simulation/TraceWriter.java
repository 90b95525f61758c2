package mortise.simulation;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;

/** The main class of a process that runs a seed and writes its trace to a file. */
final class TraceWriter {
    private TraceWriter() {}

    public static void main(String[] arguments) throws IOException {
        try (PrintWriter out = new PrintWriter(Files.newBufferedWriter(Path.of(arguments[1])))) {
            Simulation.run(Long.parseLong(arguments[0]), line -> out.print(line + '\n'));
        }
    }
}
