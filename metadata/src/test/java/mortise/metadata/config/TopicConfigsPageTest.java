package mortise.metadata.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import mortise.api.config.ConfigKey;
import org.junit.jupiter.api.Test;

/** The table of topic configurations in {@code docs/metadata.md} says what the code says. */
class TopicConfigsPageTest {
    private static final String HEAD = "| topic configuration | default | broker's key | here |";

    @Test
    void theTableOfTopicConfigurationsIsTheCode() throws IOException {
        List<String> lines = Files.readAllLines(Path.of("../docs/metadata.md"));
        int head = lines.indexOf(HEAD);
        assertThat(head).as("the line that begins the table").isNotNegative();
        List<String> rows =
                lines.subList(head + 2, lines.size()).stream()
                        .takeWhile(line -> line.startsWith("|"))
                        .toList();
        assertThat(rows)
                .isEqualTo(
                        TopicConfigs.all().stream()
                                .sorted(Comparator.comparing(TopicConfig::name))
                                .map(TopicConfigsPageTest::row)
                                .toList());
    }

    private static <T> String row(TopicConfig<T> config) {
        String standard = config.format(config.defaultValue());
        return "| `"
                + config.name()
                + "` | "
                + (standard.isEmpty() ? "empty" : standard)
                + " | "
                + config.brokerKey()
                        .flatMap(ConfigKey::kafkaName)
                        .map(key -> "`" + key + "`")
                        .orElse("–")
                + " | "
                + config.honoured()
                + " |";
    }
}
