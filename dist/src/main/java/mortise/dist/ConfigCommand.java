package mortise.dist;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mortise.api.config.ConfigException;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigProblem;
import mortise.api.config.EditDistance;
import mortise.broker.ConfigConcern;
import mortise.broker.ConfigReference;
import mortise.broker.ConfiguredValue;
import mortise.dist.assembly.ConfigurationFile;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mortise config}: what can be configured, and what is. */
@Command(
        name = "config",
        description = "Says what a broker can be told and which value holds; asks no broker.",
        mixinStandardHelpOptions = true)
final class ConfigCommand implements Runnable {
    @Spec private CommandSpec spec;

    /** A key and who reads it. */
    private record Known(ConfigKey<?> key, ConfigConcern concern) {
        Stream<String> names() {
            return Stream.concat(
                    Stream.of(key.name(), ConfigReference.environmentName(key)),
                    key.kafkaName().stream());
        }
    }

    @Override
    public void run() {
        throw new IncompleteCommandException(
                spec.commandLine(), "name what to do: explain, list or reference");
    }

    @Command(
            name = "explain",
            description = "Explains one key, the value that holds, and where it comes from.",
            mixinStandardHelpOptions = true)
    void explain(
            @Mixin ConfigurationOptions configuration,
            @Mixin OutputOptions output,
            @Parameters(
                            index = "0",
                            paramLabel = "KEY",
                            description = "Its name, Kafka's name for it, or its variable.")
                    String name) {
        ConfigReference reference = configuration.builder().reference();
        Known known = find(reference, name);
        Map<String, @Nullable Object> facts = facts(reference, known);
        output.print(
                out(),
                facts,
                () -> {
                    out().println(known.key().name());
                    out().println("  " + known.key().doc());
                    facts.forEach((fact, value) -> {
                        if (value != null && !fact.equals("key") && !fact.equals("doc")) {
                            out().println(
                                            "  "
                                                    + (label(fact) + "              ")
                                                            .substring(0, 14)
                                                    + value);
                        }
                    });
                });
    }

    @Command(
            name = "list",
            description = "Lists every key with the value that holds.",
            mixinStandardHelpOptions = true)
    void list(
            @Mixin ConfigurationOptions configuration,
            @Mixin OutputOptions output,
            @Option(names = "--changed", description = "Only keys that somebody set.")
                    boolean changed) {
        ConfigReference reference = configuration.builder().reference();
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        known(reference).stream()
                .filter(known -> !changed || reference.configured(known.key()).isPresent())
                .forEach(known -> rows.add(facts(reference, known)));
        output.print(
                out(),
                rows,
                () ->
                        rows.forEach(row ->
                                out().println(
                                                row.get("key")
                                                        + (row.get("value") == null
                                                                ? ""
                                                                : " = " + row.get("value"))
                                                        + "  ("
                                                        + row.get("origin")
                                                        + ")")));
    }

    @Command(
            name = "reference",
            description = "Prints the reference page of all keys, in Markdown.",
            mixinStandardHelpOptions = true)
    void reference(
            @Option(
                            names = "--sample",
                            description = "Print a commented configuration file instead.")
                    boolean sample) {
        ConfigReference reference = ConfigurationOptions.bare().reference();
        out().print(
                        sample
                                ? ConfigurationFile.example(reference.concerns())
                                : ConfigurationPage.of(reference));
        out().flush();
    }

    private static List<Known> known(ConfigReference reference) {
        return reference.concerns().stream()
                .flatMap(concern ->
                        concern.keys().keys().stream().map(key -> new Known(key, concern)))
                .toList();
    }

    private static Known find(ConfigReference reference, String name) {
        List<Known> all = known(reference);
        return all.stream()
                .filter(known -> known.names().anyMatch(name::equals))
                .findFirst()
                .orElseThrow(() -> unknown(name, all));
    }

    private static ConfigException unknown(String name, List<Known> all) {
        String kafka = ConfigReference.kafkaSettingsWithoutCounterpart().get(name);
        List<String> nearest =
                EditDistance.nearest(name, all.stream().flatMap(Known::names).toList());
        return new ConfigException(
                List.of(
                        new ConfigProblem(
                                name,
                                kafka != null
                                        ? "is a setting of Apache Kafka that has no counterpart here: "
                                                + kafka
                                        : nearest.isEmpty()
                                                ? "is not a known key; mortise config list has them all"
                                                : "is not a known key; did you mean "
                                                        + String.join(", ", nearest)
                                                        + "?")));
    }

    private static Map<String, @Nullable Object> facts(ConfigReference reference, Known known) {
        ConfigKey<?> key = known.key();
        Optional<ConfiguredValue> set = reference.configured(key);
        Map<String, @Nullable Object> facts = new LinkedHashMap<>();
        facts.put("key", key.name());
        facts.put("doc", key.doc());
        facts.put("type", key.type().name());
        facts.put("default", key.secret() ? "****" : key.defaultText().orElse(null));
        facts.put("accepted", key.bounds().isEmpty() ? null : key.bounds());
        facts.put("kafkaName", key.kafkaName().orElse(null));
        facts.put("variable", ConfigReference.environmentName(key));
        facts.put("readBy", known.concern().reader());
        facts.put("whileRunning", key.reloadable() ? "may change" : "fixed at the start");
        facts.put("value", value(key, set));
        facts.put(
                "origin",
                set.map(value ->
                                value.source()
                                        + (value.name().equals(key.name())
                                                ? ""
                                                : " as " + value.name()))
                        .orElse(key.defaultText().isPresent() ? "default" : "not set"));
        set.flatMap(value -> problem(key, value)).ifPresent(text -> facts.put("problem", text));
        return facts;
    }

    /** A fact's name for people; for programs it is a plain word. */
    private static String label(String fact) {
        return switch (fact) {
            case "kafkaName" -> "Kafka's name";
            case "readBy" -> "read by";
            case "whileRunning" -> "while running";
            default -> fact;
        };
    }

    private static @Nullable String value(ConfigKey<?> key, Optional<ConfiguredValue> set) {
        String text = set.map(ConfiguredValue::text).or(key::defaultText).orElse(null);
        return key.secret() && text != null ? "****" : text;
    }

    private static Optional<String> problem(ConfigKey<?> key, ConfiguredValue value) {
        try {
            key.parse(value.text());
            return Optional.empty();
        } catch (IllegalArgumentException refused) {
            return Optional.of(String.valueOf(refused.getMessage()));
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
