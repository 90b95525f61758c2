package mortise.api.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConfigSchemaTest {
    /** A concern as its code declares it. */
    private static final class Sample {
        private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

        static final ConfigKey<Integer> SHARDS =
                KEYS.add(ConfigKey.of("sample.shards", ConfigType.INT, "").defaultsTo(4));
        static final ConfigKey<String> NAME =
                KEYS.add(ConfigKey.of("sample.name", ConfigType.STRING, ""));

        static final ConfigSchema SCHEMA = KEYS.build();
    }

    @Test
    void aDeclaredKeyIsInItsSchemaAtItsPlace() {
        List<ConfigKey<?>> declared = List.of(Sample.SHARDS, Sample.NAME);
        assertThat(List.copyOf(Sample.SCHEMA.keys())).isEqualTo(declared);
        Config config = Config.of(Sample.SCHEMA, Map.of("sample.name", "x"));
        assertThat(config.get(Sample.SHARDS)).isEqualTo(4);
        assertThat(config.get(Sample.NAME)).isEqualTo("x");
    }

    @Test
    void aKeyThatComesAfterItsSchemaIsRefused() {
        ConfigSchema.Builder keys = ConfigSchema.builder();
        keys.build();
        ConfigKey<Integer> late = ConfigKey.of("sample.late", ConfigType.INT, "");
        assertThatThrownBy(() -> keys.add(late))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("sample.late");
    }

    @Test
    void aKeyThatNoSchemaHasCannotBeRead() {
        ConfigKey<Integer> alone = ConfigKey.of("sample.alone", ConfigType.INT, "").defaultsTo(1);
        Config config = Config.defaults(Sample.SCHEMA);
        assertThatThrownBy(() -> config.get(alone))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("sample.alone");
    }

    @Test
    void aNameIsTakenOnce() {
        ConfigSchema.Builder keys = ConfigSchema.builder();
        ConfigKey<Integer> first = keys.add(ConfigKey.of("sample.twice", ConfigType.INT, ""));
        ConfigKey<Integer> second = keys.add(ConfigKey.of("sample.twice", ConfigType.INT, ""));
        assertThat(first).isNotSameAs(second);
        assertThatThrownBy(keys::build).isInstanceOf(IllegalArgumentException.class);
    }
}
