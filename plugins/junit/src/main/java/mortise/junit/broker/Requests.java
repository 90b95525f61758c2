package mortise.junit.broker;

import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import mortise.api.ErrorCode;
import mortise.junit.engine.BrokerEngine;
import mortise.junit.engine.BrokerOrder;
import mortise.junit.engine.HostedBroker;
import mortise.junit.engine.Message;
import mortise.junit.engine.Operation;

/** Does what the lines of a test's JVM ask for, and answers each. Thread-safe. */
final class Requests {
    private static final int TRACE_LETTERS = 64 << 10;

    private final BrokerEngine engine;
    private final PrintStream answers; // guarded by itself
    private final Map<String, Hosted> brokers = new ConcurrentHashMap<>();

    /** A broker, and the directory that goes with it. */
    private record Hosted(HostedBroker broker, Path directory) {}

    Requests(BrokerEngine engine, PrintStream answers) {
        this.engine = engine;
        this.answers = answers;
    }

    /** Answers one request. */
    void answer(Message request) {
        List<String> words = request.words();
        List<String> answer = new ArrayList<>(List.of(Message.ANSWER, words.get(0)));
        try {
            List<String> result =
                    result(Operation.valueOf(words.get(1)), words.get(2), request.after(3));
            answer.add(Message.DONE);
            answer.addAll(result);
        } catch (RuntimeException | Error failure) {
            answer.add(Message.FAILED);
            answer.add(
                    failure instanceof IllegalArgumentException ? Message.ARGUMENT : Message.STATE);
            answer.add(failure.getMessage() == null ? failure.toString() : failure.getMessage());
            answer.add(trace(failure));
        }
        synchronized (answers) {
            answers.print(new Message(answer) + "\n");
            answers.flush();
        }
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.getBuffer().substring(0, Math.min(TRACE_LETTERS, text.getBuffer().length()));
    }

    private List<String> result(Operation operation, String id, List<String> arguments) {
        if (operation == Operation.HOST) {
            host(id, arguments);
            return List.of();
        }
        Hosted hosted = brokers.get(id);
        if (hosted == null) {
            throw new IllegalStateException("there is no broker " + id + " in this process");
        }
        HostedBroker broker = hosted.broker();
        return switch (operation) {
            case HOST -> throw new IllegalStateException("broker " + id + " is hosted already");
            case START -> List.of(broker.start().toString());
            case STOP -> done(broker::stop);
            case KILL -> done(broker::kill);
            case STATUS -> Message.pairs(broker.status());
            case CREATE_TOPIC ->
                    done(() ->
                            broker.createTopic(
                                    arguments.get(0),
                                    Integer.parseInt(arguments.get(1)),
                                    Message.map(arguments.subList(2, arguments.size()))));
            case DELETE_TOPIC -> done(() -> broker.deleteTopic(arguments.get(0)));
            case REFUSE ->
                    done(() ->
                            broker.refuse(
                                    arguments.get(0),
                                    ErrorCode.valueOf(arguments.get(1)),
                                    Integer.parseInt(arguments.get(2))));
            case REFUSALS_LEFT -> List.of(Integer.toString(broker.refusalsLeft(arguments.get(0))));
            case CLEAR_REFUSALS -> done(broker::clearRefusals);
            case CLOSE -> {
                brokers.remove(id);
                yield done(broker::close);
            }
        };
    }

    private static List<String> done(Runnable work) {
        work.run();
        return List.of();
    }

    private void host(String id, List<String> arguments) {
        int chosenWords = 1 + 2 * Integer.parseInt(arguments.get(0));
        Map<String, String> chosen = Message.map(arguments.subList(1, chosenWords));
        Map<String, String> asked = Message.map(arguments.subList(chosenWords, arguments.size()));
        String directory = chosen.get(BrokerOrder.DATA_DIRECTORY);
        if (directory == null) {
            throw new IllegalArgumentException(
                    "broker " + id + " has no " + BrokerOrder.DATA_DIRECTORY);
        }
        HostedBroker broker = engine.host(new BrokerOrder(chosen, asked, List.of()));
        brokers.put(id, new Hosted(broker, Path.of(directory)));
    }

    /** Ends every broker whose test is gone without having closed it, and removes its directory. */
    void abandon() {
        brokers.values()
                .forEach(hosted -> {
                    try {
                        hosted.broker().close();
                    } catch (RuntimeException failure) {
                        System.err.println("closing an abandoned broker: " + failure);
                    }
                    remove(hosted.directory());
                });
    }

    private static void remove(Path directory) {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException failure) {
            System.err.println("removing " + directory + ": " + failure);
        }
    }
}
