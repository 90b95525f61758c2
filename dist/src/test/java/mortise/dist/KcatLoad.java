package mortise.dist;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * kcat, which is librdkafka, as a producer. It says of no single record what became of it: if it
 * ends well, all that it was given is stored.
 */
final class KcatLoad implements LoadProducer {
    private final LoadLedger ledger;
    private final int recordsAtOnce;
    private final Process process;
    private final Path errors;
    private final OutputStream in;
    private boolean ended;

    KcatLoad(
            String name,
            String kind,
            String bootstrap,
            LoadLedger.Promise promise,
            List<String> settings,
            LoadTopic topic,
            int recordsAtOnce) {
        this.recordsAtOnce = recordsAtOnce;
        this.ledger = topic.ledger(name, kind, promise);
        List<String> command =
                new ArrayList<>(
                        List.of(
                                "kcat",
                                "-P",
                                "-E",
                                "-b",
                                bootstrap,
                                "-t",
                                topic.name(),
                                "-K",
                                "\t"));
        for (String setting : settings) {
            command.addAll(List.of("-X", setting));
        }
        command.addAll(
                List.of(
                        "-X",
                        "message.timeout.ms=600000",
                        "-X",
                        "linger.ms=10",
                        "-X",
                        "reconnect.backoff.max.ms=500"));
        try {
            errors = Files.createTempFile("kcat-load", ".err");
            process =
                    CleanEnvironment.of(
                                    new ProcessBuilder(command)
                                            .redirectError(errors.toFile())
                                            .redirectOutput(ProcessBuilder.Redirect.DISCARD))
                            .start();
        } catch (IOException failure) {
            throw new UncheckedIOException("starting kcat", failure);
        }
        in = process.getOutputStream();
    }

    @Override
    public void send() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < recordsAtOnce; i++) {
            int number = ledger.next();
            lines.append(LoadLedger.key(number))
                    .append('\t')
                    .append(LoadLedger.value(ledger.producer(), number))
                    .append('\n');
        }
        try {
            in.write(lines.toString().getBytes(StandardCharsets.US_ASCII));
            in.flush();
        } catch (IOException broken) {
            throw new AssertionError(
                    ledger.producer() + " ended in the middle of its work: " + said(), broken);
        }
    }

    @Override
    public void finish(long seconds) throws InterruptedException {
        try {
            in.close();
        } catch (IOException broken) {
            throw new AssertionError(
                    ledger.producer() + " ended before its work was done: " + said(), broken);
        }
        if (process.waitFor(seconds, TimeUnit.SECONDS)) {
            ended = true;
            boolean well = process.exitValue() == 0 && !said().contains("Delivery failed");
            if (!well) {
                throw new AssertionError(
                        ledger.producer()
                                + " ended with status "
                                + process.exitValue()
                                + ", its records are not all stored: "
                                + said());
            }
            ledger.settle(true);
        }
    }

    private String said() {
        try {
            String text = Files.readString(errors);
            return text.length() > 2_000 ? text.substring(text.length() - 2_000) : text;
        } catch (IOException failure) {
            throw new UncheckedIOException("reading " + errors, failure);
        }
    }

    @Override
    public void close() {
        if (!ended) {
            process.destroyForcibly();
            ledger.settle(false);
        }
        try {
            Files.deleteIfExists(errors);
        } catch (IOException failure) {
            throw new UncheckedIOException("deleting " + errors, failure);
        }
    }
}
