package mortise.junit.process;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import mortise.junit.engine.Message;
import mortise.junit.engine.Operation;

/**
 * A process that runs brokers, and the lines to and from it ({@link Message}). What it prints
 * otherwise is printed here. It ends when its standard input does, which is at the latest when this
 * JVM ends, however that comes. Thread-safe.
 */
final class EngineProcess {
    private static final String MAIN = "mortise.junit.broker.EngineMain";

    /** How long an answer may take; a start with much to recover is the slowest. */
    private static final int PATIENCE_SECONDS = 300;

    private static final int LAST_WORDS = 20;

    /** How long its last words may come after its end; a child of it may keep the stream open. */
    private static final int LAST_WORDS_SECONDS = 5;

    private final Jdk jdk;
    private final Process process;
    private final Writer requests; // guarded by itself
    private final AtomicLong ids = new AtomicLong();
    private final Map<String, CompletableFuture<Message>> waiting = new ConcurrentHashMap<>();
    private final List<String> lastWords = new ArrayList<>(); // guarded by itself
    private final CompletableFuture<String> ended = new CompletableFuture<>();
    private final CompletableFuture<Void> printsRead = new CompletableFuture<>();

    private EngineProcess(Jdk jdk, Process process) {
        this.jdk = jdk;
        this.process = process;
        this.requests =
                new BufferedWriter(
                        new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    /**
     * Starts a process of this JDK.
     *
     * @param more options of its JVM besides ours
     * @param cached whether its JVM may keep a cache for the next start
     */
    static EngineProcess start(Jdk jdk, List<String> more, boolean cached) {
        List<String> options =
                new ArrayList<>(
                        List.of(
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:-UsePerfData",
                                "-XX:+DisplayVMOutputToStderr",
                                "--enable-native-access=ALL-UNNAMED",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir")));
        options.addAll(more);
        TestClassPath classPath = TestClassPath.with(MAIN);
        Optional<StartCache> cache =
                cached
                        ? StartCache.of(jdk, options, classPath, MAIN, System.getenv())
                        : Optional.empty();
        List<String> command = new ArrayList<>(List.of(jdk.java().toString()));
        command.addAll(options);
        cache.map(StartCache::options).ifPresent(command::addAll);
        command.addAll(List.of("-cp", classPath.text(), MAIN));
        try {
            EngineProcess started = new EngineProcess(jdk, new ProcessBuilder(command).start());
            cache.ifPresent(StartCache::makeInTheBackground);
            started.thread("answers", started::readAnswers);
            started.thread("prints", started::readPrints);
            return started;
        } catch (IOException failure) {
            throw new UncheckedIOException(
                    "starting " + jdk.java() + " for the test's broker", failure);
        }
    }

    private void thread(String role, Runnable work) {
        Thread thread = new Thread(work, "mortise-junit-" + role);
        thread.setDaemon(true);
        thread.start();
    }

    boolean hasEnded() {
        return ended.isDone();
    }

    /**
     * Asks it, and waits for its answer.
     *
     * @return the words of the answer
     * @throws IllegalArgumentException if it says that an argument is at fault
     * @throws IllegalStateException if it fails otherwise, or ends
     */
    List<String> call(Operation operation, String broker, List<String> arguments) {
        String id = Long.toString(ids.incrementAndGet());
        CompletableFuture<Message> answer = new CompletableFuture<>();
        waiting.put(id, answer);
        try {
            ask(Message.of(List.of(id, operation.name(), broker), arguments));
            return result(answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        } catch (TimeoutException late) {
            throw new IllegalStateException(
                    "the process of the test's broker has not answered "
                            + operation
                            + " within "
                            + PATIENCE_SECONDS
                            + " s; "
                            + description(),
                    late);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the test's broker works", hurry);
        } catch (ExecutionException over) {
            throw new IllegalStateException(ended.join(), over);
        } finally {
            waiting.remove(id);
        }
    }

    private void ask(Message request) {
        if (ended.isDone()) {
            throw new IllegalStateException(ended.join());
        }
        try {
            synchronized (requests) {
                requests.write(request + "\n");
                requests.flush();
            }
        } catch (IOException closed) {
            // its end is told to everybody who waits; Process.destroy would close what it said last
            process.toHandle().destroy();
        }
        if (ended.isDone()) {
            throw new IllegalStateException(ended.join());
        }
    }

    private static List<String> result(Message answer) {
        List<String> words = answer.after(2);
        if (words.get(0).equals(Message.DONE)) {
            return words.subList(1, words.size());
        }
        RemoteFailure cause = new RemoteFailure(words.get(3));
        if (words.get(1).equals(Message.ARGUMENT)) {
            throw new IllegalArgumentException(words.get(2), cause);
        }
        throw new IllegalStateException(words.get(2), cause);
    }

    private void readAnswers() {
        try (BufferedReader lines = reader(process.getInputStream())) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith(Message.ANSWER + " ")) {
                    Message answer = Message.parse(line);
                    CompletableFuture<Message> asked = waiting.get(answer.words().get(1));
                    if (asked != null) {
                        asked.complete(answer);
                    }
                } else {
                    print(System.out, line);
                }
            }
        } catch (IOException over) {
            // it has ended
        }
        end();
    }

    private void readPrints() {
        try (BufferedReader lines = reader(process.getErrorStream())) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                print(System.err, line);
            }
        } catch (IOException over) {
            // it has ended
        } finally {
            printsRead.complete(null);
        }
    }

    private static BufferedReader reader(InputStream stream) {
        return new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8));
    }

    private void print(PrintStream where, String line) {
        synchronized (lastWords) {
            if (lastWords.size() == LAST_WORDS) {
                lastWords.remove(0);
            }
            lastWords.add(line);
        }
        where.println(line);
    }

    private void end() {
        String why = "its output is closed";
        try {
            if (process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                why = "exit status " + process.exitValue();
            }
            printsRead.get(LAST_WORDS_SECONDS, TimeUnit.SECONDS);
        } catch (TimeoutException | ExecutionException held) {
            // then without what is still to come
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        String words;
        synchronized (lastWords) {
            words = String.join("\n", lastWords);
        }
        ended.complete(
                "the process of the test's broker has ended ("
                        + why
                        + "; "
                        + description()
                        + ")"
                        + (words.isEmpty() ? "" : "; its last lines:\n" + words));
        waiting.values()
                .forEach(answer ->
                        answer.completeExceptionally(new IllegalStateException(ended.join())));
    }

    private String description() {
        return "process " + process.pid() + " of " + jdk.home();
    }
}
