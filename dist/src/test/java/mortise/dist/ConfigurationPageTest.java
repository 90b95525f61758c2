package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mortise.api.config.ConfigKey;
import mortise.broker.ConfigReference;
import org.junit.jupiter.api.Test;

/**
 * The reference page and the sample file say what the keys say. After an intended change, run with
 * {@code -Dmortise.golden.write=true} and review the difference.
 */
class ConfigurationPageTest {
    private static final Pattern NAME = Pattern.compile("`([a-z][a-z0-9.-]+)`");

    private static List<ConfigKey<?>> keys() {
        return InstalledPlugins.builder().reference().concerns().stream()
                .<ConfigKey<?>>flatMap(concern -> concern.keys().keys().stream())
                .toList();
    }

    private static void holds(String page, String... command) throws IOException {
        BrokerProcess.Finished finished = BrokerProcess.run(command);
        assertThat(finished.status()).as(finished.err()).isZero();
        String made =
                new String(
                        finished.out().getBytes(StandardCharsets.ISO_8859_1),
                        StandardCharsets.UTF_8);
        Path file = Path.of("../docs").resolve(page);
        if (Boolean.getBoolean("mortise.golden.write")) {
            Files.writeString(file, made);
        }
        assertThat(Differences.first(made, Files.readString(file)))
                .as(
                        "docs/%s is out of date; write it anew with mortise %s",
                        page, String.join(" ", command))
                .isEmpty();
    }

    @Test
    void theReferencePageIsUpToDate() throws IOException {
        holds("configuration.md", "config", "reference");
    }

    @Test
    void theSampleFileIsUpToDate() throws IOException {
        holds("mortise.yaml", "config", "reference", "--sample");
    }

    @Test
    void everyKeyIsDocumented() {
        assertThat(keys())
                .extracting(ConfigKey::name)
                .contains("net.threads", "storage.local.directories", "storage.memory.max-bytes");
        assertThat(keys())
                .allSatisfy(key -> {
                    assertThat(key.doc())
                            .as("what %s does", key.name())
                            .hasSizeGreaterThan(20)
                            .doesNotContain("\n")
                            .endsWith(".");
                    assertThat(key.name()).matches("[a-z][a-z0-9-]*(\\.[a-z0-9-]+)*");
                });
    }

    @Test
    void everyDefaultIsAValueOfItsTypeAndWithinItsBounds() {
        assertThat(keys()).allSatisfy(ConfigurationPageTest::defaultIsGood);
    }

    private static <T> void defaultIsGood(ConfigKey<T> key) {
        key.defaultText()
                .ifPresent(text ->
                        assertThat(key.parse(text))
                                .as("the default of %s, read back", key.name())
                                .isEqualTo(key.defaultValue().orElseThrow()));
    }

    /** Kafka's settings of its own jars: each is an alias or refused with a reason. */
    @Test
    void everyBrokerSettingOfKafkaHasAnAnswer() throws Exception {
        Set<String> known =
                keys().stream()
                        .flatMap(key ->
                                Stream.concat(Stream.of(key.name()), key.kafkaName().stream()))
                        .collect(Collectors.toCollection(TreeSet::new));
        Map<String, String> refused = ConfigReference.kafkaSettingsWithoutCounterpart();
        Set<String> kafka = kafkaSettings();
        assertThat(kafka).hasSizeGreaterThan(300);
        assertThat(kafka).allMatch(name -> known.contains(name) || refused.containsKey(name));
        assertThat(refused.keySet()).isSubsetOf(kafka).doesNotContainAnyElementsOf(known);
        assertThat(refused.values()).allMatch(remark -> remark.length() > 10);
    }

    /** What a remark tells people to use is there to be used. */
    @Test
    void whatIsNamedInsteadExists() {
        Set<String> known =
                keys().stream()
                        .flatMap(key ->
                                Stream.concat(Stream.of(key.name()), key.kafkaName().stream()))
                        .collect(Collectors.toSet());
        Pattern key = Pattern.compile("\\b(use|or|,) ([a-z]+[.-][a-z.-]*[a-z])\\b");
        for (String remark :
                new TreeSet<>(ConfigReference.kafkaSettingsWithoutCounterpart().values())) {
            Matcher named = key.matcher(remark);
            while (named.find()) {
                if (!named.group(2).equals("flush.messages")) {
                    assertThat(known).as(remark).contains(named.group(2));
                }
            }
        }
    }

    private static Set<String> kafkaSettings() throws Exception {
        assertThat(ApacheKafka.LIBRARIES).isDirectory();
        List<URL> jars;
        try (Stream<Path> files = Files.list(ApacheKafka.LIBRARIES)) {
            jars = new ArrayList<>();
            for (Path file : files.toList()) {
                jars.add(file.toUri().toURL());
            }
        }
        try (URLClassLoader loader =
                new URLClassLoader(
                        jars.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            Object definition =
                    Class.forName(
                                    "org.apache.kafka.server.config.AbstractKafkaConfig",
                                    true,
                                    loader)
                            .getField("CONFIG_DEF")
                            .get(null);
            Map<?, ?> settings =
                    (Map<?, ?>) definition.getClass().getMethod("configKeys").invoke(definition);
            return settings.keySet().stream()
                    .map(String::valueOf)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    /** The page shows each key once. */
    @Test
    void thePageHasEveryKeyOnce() throws IOException {
        String page = Files.readString(Path.of("../docs/configuration.md"));
        List<String> shown =
                page.lines()
                        .filter(line -> line.startsWith("| `"))
                        .map(NAME::matcher)
                        .filter(Matcher::find)
                        .map(matcher -> matcher.group(1))
                        .toList();
        assertThat(Differences.between(keys().stream().map(ConfigKey::name).toList(), shown))
                .as("keys in docs/configuration.md")
                .isEmpty();
    }
}
