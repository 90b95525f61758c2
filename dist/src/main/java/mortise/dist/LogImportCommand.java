package mortise.dist;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import mortise.broker.BrokerBuilder;
import mortise.broker.KafkaImport;
import mortise.broker.RefusedImportException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code mortise log import}: topics of a stopped Apache Kafka, with their records. */
@Command(
        name = "import",
        description = {
            "Takes the topics of a stopped Apache Kafka 4 (KRaft) over into the data directory of a",
            "broker that does not run, which may be empty: records, offsets, timestamps, names, IDs",
            "and configurations stay as they are. Nothing of Apache Kafka's is changed. Without",
            "--yes it shows what would be imported and what would be left behind. The broker serves",
            "the topics from its next start on. Exit status 1 if a topic could not be imported."
        },
        mixinStandardHelpOptions = true)
final class LogImportCommand implements Callable<Integer> {
    @Spec private CommandSpec spec;

    @Mixin private ConfigurationOptions configuration = new ConfigurationOptions();

    @Mixin private OutputOptions output = new OutputOptions();

    @Option(
            names = "--from",
            paramLabel = "DIR",
            required = true,
            description =
                    "A log directory of Apache Kafka, as its log.dirs says. Repeatable: all of a broker's, and of several brokers' if none has every partition.")
    private List<Path> from = new ArrayList<>();

    @Option(
            names = "--metadata",
            paramLabel = "DIR",
            description =
                    "Where __cluster_metadata-0 is, if in none of these: metadata.log.dir, or a controller's directory.")
    private @Nullable Path metadata;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data directory of the stopped broker, or an empty one.")
    private @Nullable String data;

    @Option(names = "--topic", paramLabel = "TOPIC", description = "Only this topic. Repeatable.")
    private List<String> topics = new ArrayList<>();

    @Option(names = "--yes", description = "Do it; without this it is only shown.")
    private boolean yes;

    @Override
    public Integer call() {
        PrintWriter out = spec.commandLine().getOut();
        KafkaImport.Request request =
                new KafkaImport.Request(from, metadata, new HashSet<>(topics));
        try (KafkaImport kafka = builder().kafkaImport(from)) {
            return yes ? run(kafka, request, out) : preview(kafka, request, out);
        } catch (RefusedImportException refused) {
            throw new CommandFailedException(String.valueOf(refused.getMessage()));
        }
    }

    private BrokerBuilder builder() {
        if (data != null && data.isBlank()) {
            throw new ParameterException(
                    spec.commandLine(), "--data: the name of the directory is empty");
        }
        return configuration
                .builder()
                .layer("--data", data == null ? Map.of() : Map.of("data.directory", data));
    }

    private int preview(KafkaImport kafka, KafkaImport.Request request, PrintWriter out) {
        KafkaImport.Preview preview = kafka.preview(request);
        Map<String, Object> map = rest(false, preview);
        map.put("topics", preview.topics().stream().map(LogImportCommand::asMap).toList());
        output.print(
                out,
                map,
                () -> {
                    preview.topics().forEach(topic -> print(out, topic));
                    printRest(out, preview);
                    out.println(
                            preview.topics().isEmpty()
                                    ? "there is nothing to import"
                                    : "nothing was imported; add --yes to import "
                                            + counted(preview.topics().size(), "topic"));
                });
        return 0;
    }

    private int run(KafkaImport kafka, KafkaImport.Request request, PrintWriter out) {
        List<KafkaImport.Imported> all = new ArrayList<>();
        KafkaImport.Preview rest =
                kafka.run(
                        request,
                        imported -> {
                            all.add(imported);
                            if (!output.json()) {
                                print(out, imported);
                                out.flush();
                            }
                        });
        long failed = all.stream().filter(imported -> imported.problem() != null).count();
        Map<String, Object> map = rest(true, rest);
        map.put("topics", all.stream().map(LogImportCommand::asMap).toList());
        output.print(
                out,
                map,
                () -> {
                    printRest(out, rest);
                    out.println(all.isEmpty() ? "there was nothing to import" : sum(all, failed));
                });
        return failed == 0 ? 0 : 1;
    }

    private static String sum(List<KafkaImport.Imported> all, long failed) {
        return counted(all.size() - failed, "topic")
                + " imported"
                + (failed == 0 ? "" : ", " + failed + " could not be")
                + "; the next start of the broker serves what is imported";
    }

    private static String counted(long count, String what) {
        return count + " " + what + (count == 1 ? "" : "s");
    }

    private static void print(PrintWriter out, KafkaImport.Topic topic) {
        out.println(
                topic.name()
                        + " ("
                        + topic.id()
                        + "): "
                        + counted(topic.partitions(), "partition")
                        + ", "
                        + topic.bytes()
                        + " bytes");
        topic.configs().forEach((name, value) -> out.println("  " + name + "=" + value));
        topic.refusedConfigs()
                .forEach((name, why) -> out.println("  left behind: " + name + "=" + why));
    }

    private static void print(PrintWriter out, KafkaImport.Imported imported) {
        String problem = imported.problem();
        out.println(
                imported.name()
                        + " ("
                        + imported.id()
                        + "): "
                        + (problem != null
                                ? "not imported: " + problem
                                : counted(imported.partitions(), "partition")
                                        + ", "
                                        + imported.batches()
                                        + " batches, "
                                        + imported.bytes()
                                        + " bytes"));
        imported.notes().forEach(note -> out.println("  " + note));
    }

    private static void printRest(PrintWriter out, KafkaImport.Preview rest) {
        rest.leftBehind().forEach((name, why) -> out.println(name + " is left behind: " + why));
        rest.notes().forEach(out::println);
    }

    private static Map<String, Object> rest(boolean imported, KafkaImport.Preview rest) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("imported", imported);
        List<Map<String, Object>> left = new ArrayList<>();
        rest.leftBehind()
                .forEach((name, why) -> {
                    Map<String, Object> row = new LinkedHashMap<>();
                    row.put("topic", name);
                    row.put("reason", why);
                    left.add(row);
                });
        map.put("left-behind", left);
        map.put("notes", rest.notes());
        return map;
    }

    private static Map<String, Object> asMap(KafkaImport.Topic topic) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", topic.name());
        row.put("id", topic.id());
        row.put("partitions", topic.partitions());
        row.put("bytes", topic.bytes());
        row.put("configs", topic.configs());
        row.put("left-behind-configs", topic.refusedConfigs());
        return row;
    }

    private static Map<String, Object> asMap(KafkaImport.Imported imported) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", imported.name());
        row.put("id", imported.id());
        row.put("partitions", imported.partitions());
        row.put("batches", imported.batches());
        row.put("bytes", imported.bytes());
        String problem = imported.problem();
        if (problem != null) {
            row.put("problem", problem);
        }
        row.put("notes", imported.notes());
        return row;
    }
}
