package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The example plugins of the author's guide: built as strangers build theirs, with their kits, then
 * dropped into the assembled broker and used.
 */
class ExamplesTest {
    private static final Path DOCS = Path.of("../docs").toAbsolutePath().normalize();
    private static final Pattern TOTALS =
            Pattern.compile("Tests run: (\\d+), Failures: 0, Errors: 0, Skipped: \\d+\\s*$");

    @TempDir private Path directory;

    private String dropIn(String project, String jar, String folder) throws Exception {
        Path built = OutsideBuild.verify("docs/examples/" + project);
        Path plugins = directory.resolve("plugins");
        Path target = Files.createDirectories(plugins.resolve(folder)).resolve(jar);
        Files.copy(
                built.resolve("target").resolve(jar), target, StandardCopyOption.REPLACE_EXISTING);
        assertThat(testsOf(built)).isPositive();
        return "plugins.directory=" + plugins;
    }

    private static int testsOf(Path built) throws IOException {
        return Files.readString(built.resolve("build.log"))
                .lines()
                .map(TOTALS::matcher)
                .filter(Matcher::find)
                .mapToInt(found -> Integer.parseInt(found.group(1)))
                .max()
                .orElse(0);
    }

    private BrokerProcess start(String... settings) {
        String[] arguments = new String[settings.length * 2];
        for (int i = 0; i < settings.length; i++) {
            arguments[2 * i] = "--set";
            arguments[2 * i + 1] = settings[i];
        }
        return BrokerProcess.start(directory.resolve("data"), arguments);
    }

    @Test
    void theAuthoriserDeniesWhatItShould() throws Exception {
        String plugins =
                dropIn("authorizer-read-only", "authorizer-read-only-1.0.0.jar", "read-only");
        try (BrokerProcess broker =
                start(
                        plugins,
                        "plugins.authorizer=read-only",
                        "authorizer.read-only.prefixes=archive-,old-")) {
            RealLines.Line line = new RealLines.Line("key", "value");
            for (String topic : List.of("orders", "old-orders")) {
                JavaClient.createTopic(broker.bootstrap(), topic, 1);
            }
            JavaClient.produce(broker.bootstrap(), "orders", "none", List.of(line));
            assertThatThrownBy(() ->
                            JavaClient.produce(
                                    broker.bootstrap(), "old-orders", "none", List.of(line)))
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
    }

    @Test
    void theStoreKeepsRecordsAndSaysWhatItCannotDo() throws Exception {
        String plugins = dropIn("storage-flat", "storage-flat-1.0.0.jar", "flat");
        BrokerProcess broker = start(plugins, "plugins.storage=flat");
        try {
            refused(broker, "cleanup.policy=compact", "'flat' lacks the capability compaction");
            refused(broker, "retention.ms=60000", "'flat' lacks the capability retention");
            refused(broker, "remote.storage.enable=true", "remote.storage.enable");
            JavaClient.createTopic(broker.bootstrap(), "orders", 1);
            try (KafkaProducer<byte[], byte[]> producer =
                    JavaClient.producer(
                            broker.bootstrap(),
                            Map.of("enable.idempotence", true, "acks", "all"))) {
                send(producer, "one");
                broker.kill();
                // what a producer sent is known again by a scan: the store keeps no sidecars
                broker = broker.restart("--set", plugins, "--set", "plugins.storage=flat");
                send(producer, "two");
            }
            BrokerProcess.Finished consumed =
                    BrokerProcess.run("consume", "orders", "--bootstrap", broker.bootstrap());
            assertThat(consumed.out()).as(consumed.err()).isEqualTo("one\ntwo\n");
        } finally {
            broker.close();
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String text) throws Exception {
        producer.send(new ProducerRecord<>("orders", text.getBytes(StandardCharsets.UTF_8))).get();
    }

    private static void refused(BrokerProcess broker, String config, String reason) {
        BrokerProcess.Finished finished =
                BrokerProcess.run(
                        "topics",
                        "create",
                        "refused",
                        "--config",
                        config,
                        "--bootstrap",
                        broker.bootstrap());
        assertThat(finished.status()).isEqualTo(1);
        assertThat(finished.err()).contains("INVALID_CONFIG").contains(reason);
    }

    @Test
    void theGuideShowsTheExampleAsItIs() throws IOException {
        String guide = Files.readString(DOCS.resolve("plugin-guide.md"));
        Path example = DOCS.resolve("examples/authorizer-read-only");
        Matcher files = Pattern.compile("(?ms)^cat > (\\S+) <<'END'\\n(.*?)^END$").matcher(guide);
        int shown = 0;
        while (files.find()) {
            assertThat(
                            Differences.first(
                                    Files.readString(example.resolve(files.group(1))),
                                    files.group(2)))
                    .as(files.group(1))
                    .isEmpty();
            shown++;
        }
        try (var all = Files.walk(example)) {
            assertThat(shown)
                    .as("files in the guide")
                    .isEqualTo(
                            (int)
                                    all.filter(Files::isRegularFile)
                                            .filter(file ->
                                                    !example.relativize(file).startsWith("target"))
                                            .count());
        }
    }
}
