package mortise.dist;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import mortise.api.config.ConfigKey;
import mortise.broker.ConfigConcern;
import mortise.broker.ConfigReference;

/** The reference page of the configuration, made from the keys themselves. */
final class ConfigurationPage {
    private static final String HEAD =
            """
            # Configuration

            Every key of the core and of the plugins that are part of this distribution. This page is made by `mortise config reference`, and a test holds it to the keys.

            Nothing needs to be configured. A value is taken from, later ones winning key by key: the default; `conf/mortise.yaml` of an assembled broker; a file of one's own (`--config FILE`, else `./mortise.yaml`); the environment; `--set KEY=VALUE`; a flag. In the file keys are nested or dotted, lists are YAML lists or separated by commas; [mortise.yaml](mortise.yaml) has them all. In the environment a key is `MORTISE_` and its name in upper case, with `.` as `__` and `-` as `_`: `net.max-request-bytes` is `MORTISE_NET__MAX_REQUEST_BYTES`.

            `mortise config explain KEY` says what a key does, which value holds and where that comes from; `mortise config list` lists them; `mortise start --check-config` names everything that is wrong at once: unknown and misspelt keys with the nearest names, values that are none or out of range, keys of plugins that are not chosen, values that contradict each other.

            Sizes are bytes, or a number with KiB, MiB, GiB, TiB, kB, MB, GB or TB. Durations are a number with ms, s, m, h or d; a bare number is milliseconds. *Kafka's name* is accepted wherever the key is, with the same meaning; a value that counts milliseconds there is a bare number here. A key marked ↻ may be changed while the broker runs (`mortise configs alter broker`).
            """;

    private ConfigurationPage() {}

    /**
     * The page.
     *
     * @param refused Kafka's settings that have no counterpart, each with what holds instead
     */
    static String text(List<ConfigConcern> concerns, Map<String, String> refused) {
        StringBuilder page = new StringBuilder(HEAD);
        for (ConfigConcern concern : concerns) {
            page.append("\n## ").append(concern.title()).append("\n\n");
            page.append(
                    "| key | type | default | accepted | Kafka's name | what it does |\n|--|--|--|--|--|--|\n");
            concern.keys().keys().forEach(key -> page.append(row(key)));
        }
        page.append(
                "\n## Settings of Apache Kafka without a counterpart\n\nEach is refused with a line that says so.\n\n| instead | settings |\n|--|--|\n");
        byRemark(refused)
                .forEach((remark, names) ->
                        page.append("| ")
                                .append(remark)
                                .append(" | ")
                                .append(
                                        names.stream()
                                                .map(ConfigurationPage::code)
                                                .collect(Collectors.joining(", ")))
                                .append(" |\n"));
        return page.toString();
    }

    private static Map<String, List<String>> byRemark(Map<String, String> refused) {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        refused.forEach((name, remark) ->
                groups.computeIfAbsent(remark, none -> new ArrayList<>()).add(name));
        return groups;
    }

    private static String row(ConfigKey<?> key) {
        return "| `"
                + key.name()
                + "`"
                + (key.reloadable() ? " ↻" : "")
                + " | "
                + key.type().name()
                + " | "
                + standard(key)
                + " | "
                + key.bounds()
                + " | "
                + key.kafkaName().map(ConfigurationPage::code).orElse("")
                + " | "
                + key.doc().replace("|", "\\|")
                + " |\n";
    }

    /** The default as the page shows it. */
    static String standard(ConfigKey<?> key) {
        return key.defaultText()
                .map(text -> key.secret() ? "****" : text.isEmpty() ? "empty" : code(text))
                .orElse("–");
    }

    private static String code(String text) {
        return "`" + text + "`";
    }

    /** The page of what is there. */
    static String of(ConfigReference reference) {
        return text(reference.concerns(), ConfigReference.kafkaSettingsWithoutCounterpart());
    }
}
