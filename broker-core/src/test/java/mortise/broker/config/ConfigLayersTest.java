package mortise.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigProblem;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;
import org.junit.jupiter.api.Test;

class ConfigLayersTest {
    private static final ConfigKey<Integer> SIZE =
            ConfigKey.of("box.size", ConfigType.INT, "How large.")
                    .defaultsTo(1)
                    .between(1, 9)
                    .alias("box.kafka.size");
    private static final ConfigKey<String> NAME =
            ConfigKey.of("box.name", ConfigType.STRING, "What it is called.").defaultsTo("a");
    private static final ConfigKey<Integer> OTHER =
            ConfigKey.of("crate.size", ConfigType.INT, "How large.").defaultsTo(1);
    private static final ConfigSchema SCHEMA = ConfigSchema.of(SIZE, NAME);

    @Test
    void theTopLayerWinsUnderAnyName() {
        ConfigLayers layers =
                new ConfigLayers()
                        .add("file", Map.of("box.kafka.size", "2", "box.name", "b"))
                        .addEnvironment(Map.of("MORTISE_BOX__SIZE", "3", "PATH", "/bin"));
        assertThat(layers.resolve(SCHEMA).get(SIZE)).isEqualTo(3);
        assertThat(layers.resolve(SCHEMA).get(NAME)).isEqualTo("b");
        assertThat(layers.origin(SIZE))
                .contains(new ConfigOrigin("3", "environment", "MORTISE_BOX__SIZE"));
        assertThat(layers.origin(NAME)).contains(new ConfigOrigin("b", "file", "box.name"));
        layers.add("--set", Map.of("box.kafka.size", "4"));
        assertThat(layers.origin(SIZE)).contains(new ConfigOrigin("4", "--set", "box.kafka.size"));
        assertThat(layers.origin(OTHER)).isEmpty();
    }

    @Test
    void aKeyThatWasDividedNamesWhatTookItsPlace() {
        List<ConfigProblem> problems = new ArrayList<>();
        new ConfigLayers()
                .add("file", Map.of("runtime.blocking-tasks", "8"))
                .addEnvironment(Map.of("MORTISE_RUNTIME__BLOCKING_TASKS", "8"))
                .resolve(SCHEMA, Map.of(), problems);
        assertThat(problems.stream().map(ConfigProblem::toString))
                .hasSize(2)
                .allMatch(text -> text.contains("set runtime.cold-reads, runtime.log-tasks,"));
    }

    @Test
    void allLayersAreReadInSpiteOfProblems() {
        ConfigLayers layers =
                new ConfigLayers()
                        .add("file", Map.of("box.siz", "2", "box.name", "b"))
                        .addEnvironment(Map.of("MORTISE_BOX__SIZE", "10", "MORTISE_BOX__NAM", "c"))
                        .add("--set", Map.of("crate.size", "1", "process.roles", "broker"))
                        .add("twice", Map.of("box.size", "2", "box.kafka.size", "3"));
        List<ConfigProblem> problems = new ArrayList<>();
        Config good =
                layers.resolve(SCHEMA, Map.of("storage-crate", ConfigSchema.of(OTHER)), problems);
        assertThat(good.get(NAME)).isEqualTo("b");
        assertThat(problems.stream().map(ConfigProblem::toString))
                .anyMatch(text -> text.matches("box.siz: is not a known key; did .*file\\)"))
                .anyMatch(text -> text.matches("box.size: '10' is not within 1 to 9 .*ent\\)"))
                .anyMatch(text -> text.matches("MORTISE_BOX__NAM: stands for no known .*ent\\)"))
                .anyMatch(text -> text.matches("crate.size: is a key of storage-crate, .*set\\)"))
                .anyMatch(text -> text.matches("process.roles: is a setting of Apache .*set\\)"))
                .anyMatch(text -> text.matches("box..*: is set twice, .*twice\\)"))
                .hasSize(6);
    }

    @Test
    void everyRefusedKafkaNameSaysWhatHoldsInstead() {
        assertThat(KafkaNames.read().remarks())
                .hasSizeGreaterThan(200)
                .allSatisfy((name, remark) -> {
                    assertThat(name).matches("[a-z0-9.]+");
                    assertThat(remark).isNotBlank();
                });
        assertThat(KafkaNames.read().remark("log.retention.hours"))
                .contains("use log.retention.ms");
        assertThat(KafkaNames.read().remark("nobody.knows")).isEmpty();
    }
}
