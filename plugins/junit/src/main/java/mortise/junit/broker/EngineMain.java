package mortise.junit.broker;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import mortise.junit.engine.Message;

/**
 * The process that runs the brokers of a test's JVM: it answers the requests on its standard input,
 * and ends with it. Nothing that it starts outlives the test's JVM, not even one that is killed.
 */
public final class EngineMain {
    /** How long the end may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private EngineMain() {}

    /**
     * For the extension.
     *
     * @param arguments nothing to serve; {@code rehearse}; or {@code train}, a file and options
     */
    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length == 0) {
            serve();
        } else if (arguments[0].equals("rehearse")) {
            StartTraining.rehearse();
        } else {
            StartTraining.make(
                    Path.of(arguments[1]), Arrays.asList(arguments).subList(2, arguments.length));
        }
        System.exit(0);
    }

    private static void serve() {
        PrintStream answers = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        // whatever prints must not come between the answers
        System.setOut(System.err);
        Requests requests = new Requests(new JvmEngine(), answers);
        serve(System.in, requests);
        Thread.ofPlatform().daemon().name("deadline").start(EngineMain::haltInTime);
        requests.abandon();
    }

    private static void serve(InputStream input, Requests requests) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(input, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Message request = Message.parse(line);
                Thread.ofVirtual().start(() -> requests.answer(request));
            }
        } catch (IOException over) {
            // nobody asks any more
        }
    }

    private static void haltInTime() {
        try {
            Thread.currentThread().join(PATIENCE);
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        }
        Runtime.getRuntime().halt(1);
    }
}
