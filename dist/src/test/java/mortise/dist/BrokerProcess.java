package mortise.dist;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A real broker in a process of its own, started from the assembled home as a user would, on a port
 * of its own.
 */
final class BrokerProcess implements AutoCloseable {
    static final Path HOME = Path.of("target/home-of-tests").toAbsolutePath();

    private static final Pattern BOOTSTRAP = Pattern.compile("\"PLAINTEXT\":\"([^\"]+)\"");

    private final Process process;
    private final Path data;
    private final Path errors;
    private final String readyLine;
    private final String bootstrap;

    private BrokerProcess(
            Process process, Path data, Path errors, String readyLine, String bootstrap) {
        this.process = process;
        this.data = data;
        this.errors = errors;
        this.readyLine = readyLine;
        this.bootstrap = bootstrap;
    }

    /** Starts on a data directory and a free port, and waits until it says that it is ready. */
    static BrokerProcess start(Path data, String... arguments) {
        return startOn(data, "127.0.0.1:0", arguments);
    }

    /** Starts where another one listened before. */
    BrokerProcess restart(String... arguments) {
        return startOn(data, bootstrap, arguments);
    }

    static BrokerProcess startOn(Path data, String listen, String... arguments) {
        return startIn(List.of(), data, listen, arguments);
    }

    /** Starts in surroundings of its own: under a command that ends in running another. */
    static BrokerProcess startIn(
            List<String> surroundings, Path data, String listen, String... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "start",
                                "--listen",
                                listen,
                                "--data",
                                data.toString(),
                                "-o",
                                "json"));
        command.addAll(List.of(arguments));
        List<String> whole = new ArrayList<>(surroundings);
        whole.addAll(command(command));
        Path errors = data.resolveSibling(data.getFileName() + ".log");
        try {
            ProcessBuilder builder =
                    new ProcessBuilder(whole)
                            .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
            Process process = CleanEnvironment.of(builder).start();
            BufferedReader out =
                    new BufferedReader(
                            new InputStreamReader(
                                    process.getInputStream(), StandardCharsets.UTF_8));
            String ready = out.readLine();
            if (ready == null) {
                process.waitFor();
                throw new IllegalStateException(
                        "the broker did not start: " + Files.readString(errors));
            }
            Matcher matcher = BOOTSTRAP.matcher(ready);
            if (!matcher.find()) {
                process.destroyForcibly();
                throw new IllegalStateException(
                        "the broker's first line names no listener: " + ready);
            }
            return new BrokerProcess(process, data, errors, ready, matcher.group(1));
        } catch (IOException failure) {
            throw new UncheckedIOException("starting a broker", failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while starting a broker", interrupted);
        }
    }

    static List<String> command(List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(HOME.resolve("mortise").toString());
        command.addAll(arguments);
        return command;
    }

    /** Runs a command of the command line to its end. */
    static Finished run(String... arguments) {
        return run(Map.of(), command(List.of(arguments)), "");
    }

    static Finished run(Map<String, String> environment, List<String> command, String input) {
        try {
            Path out = Files.createTempFile("out", ".txt");
            Path err = Files.createTempFile("err", ".txt");
            Path in = Files.writeString(Files.createTempFile("in", ".txt"), input);
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .redirectInput(in.toFile())
                            .redirectOutput(out.toFile())
                            .redirectError(err.toFile());
            Process process = CleanEnvironment.of(builder, environment).start();
            if (!process.waitFor(120, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException(command + " did not end within two minutes");
            }
            return new Finished(
                    process.exitValue(),
                    Files.readString(out, StandardCharsets.ISO_8859_1),
                    Files.readString(err, StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException("running " + command, failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while running " + command, interrupted);
        }
    }

    /** A command that has ended. */
    record Finished(int status, String out, String err) {}

    /** What it said of itself when it was ready, as JSON. */
    String readyLine() {
        return readyLine;
    }

    /** Where clients connect. */
    String bootstrap() {
        return bootstrap;
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** What it has logged so far, over all starts on this directory. */
    String log() {
        try {
            return Files.readString(errors);
        } catch (IOException failure) {
            throw new UncheckedIOException("reading " + errors, failure);
        }
    }

    /** Ends the process as a crash would: kill -9. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    /** Ends the process as an operator would: SIGTERM. Returns its exit status. */
    int stop() {
        process.destroy();
        await();
        return process.exitValue();
    }

    private void await() {
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new IllegalStateException(
                        "the broker did not stop within a minute: " + log());
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            stop();
        }
    }
}
