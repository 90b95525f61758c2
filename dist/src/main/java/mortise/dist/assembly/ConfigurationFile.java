package mortise.dist.assembly;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mortise.api.config.ConfigKey;
import mortise.broker.ConfigConcern;
import mortise.broker.ConfigReference;
import org.jspecify.annotations.Nullable;

/**
 * A configuration file with every key of some concerns as a comment: what it does, its type, its
 * default. Keys that have a value are no comments.
 */
public final class ConfigurationFile {
    private static final int WIDTH = 98;

    private ConfigurationFile() {}

    /** The text of an example: a file of one's own that sets nothing yet. */
    public static String example(List<ConfigConcern> concerns) {
        return text("The environment, --set and flags win over this file", concerns, Map.of());
    }

    /** The text of an assembled broker's file. */
    public static String assembled(List<ConfigConcern> concerns, Map<String, String> settings) {
        return text(
                "It is the base: a file of one's own (--config FILE, else ./mortise.yaml of the"
                        + " directory where the broker is started), the environment, --set and flags"
                        + " come over it, in this order and key by key. They take no protection away"
                        + " that is set here, unless allow-loosening names its key",
                concerns,
                settings);
    }

    private static String text(
            String order, List<ConfigConcern> concerns, Map<String, String> settings) {
        StringBuilder text = new StringBuilder();
        wrap(
                text,
                "The configuration of this broker. Every key that it knows stands here; those that"
                        + " begin with # have the value that is shown. "
                        + order
                        + "; `mortise config explain KEY` says which value holds and where it comes"
                        + " from.");
        for (ConfigConcern concern : concerns) {
            text.append("\n\n# ---- ").append(concern.title()).append(" ----\n");
            concern.keys().keys().forEach(key -> append(text, key, settings.get(key.name())));
        }
        return text.toString();
    }

    private static void append(StringBuilder text, ConfigKey<?> key, @Nullable String setting) {
        text.append('\n');
        wrap(text, key.doc());
        wrap(text, facts(key));
        text.append(setting == null ? "#" : "")
                .append(key.name())
                .append(": ")
                .append(quoted(setting == null ? key.defaultText().orElse("") : setting))
                .append('\n');
    }

    private static String facts(ConfigKey<?> key) {
        List<String> facts = new ArrayList<>();
        facts.add(key.type().name());
        if (!key.bounds().isEmpty()) {
            facts.add(key.bounds());
        }
        if (key.defaultText().isEmpty()) {
            facts.add("not set unless given");
        }
        key.kafkaName().ifPresent(name -> facts.add("also " + name));
        facts.add(ConfigReference.environmentName(key));
        return "(" + String.join("; ", facts) + ")";
    }

    private static void wrap(StringBuilder text, String words) {
        int column = 0;
        for (String word : words.split("\\s+", -1)) {
            if (column == 0 || column + 1 + word.length() > WIDTH) {
                text.append(column == 0 ? "# " : "\n# ").append(word);
                column = 2 + word.length();
            } else {
                text.append(' ').append(word);
                column += 1 + word.length();
            }
        }
        text.append('\n');
    }

    /** A value as YAML reads it back as the same text. */
    static String quoted(String value) {
        boolean plain =
                value.matches("[A-Za-z0-9_./][A-Za-z0-9_./:,+-]*")
                        && !value.endsWith(":")
                        && !value.matches("[0-9].*[A-Za-z.].*|0[0-9].*")
                        && !value.matches("(?i)true|false|null|\\.(inf|nan)");
        boolean quantity =
                value.matches("\\d+ ?[A-Za-z]+|[1-9]\\d*|0|0\\.[0-9]*[1-9]|true|false")
                        && !value.matches("\\d+[eExXoO]\\w*");
        return plain || quantity
                ? value
                : "\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
