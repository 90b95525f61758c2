package mortise.metadata.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import mortise.api.config.Config;
import org.junit.jupiter.api.Test;

class MetadataSettingsTest {
    @Test
    void defaultsAreTheDocumentedOnes() {
        assertThat(MetadataSettings.from(Config.defaults(MetadataSettings.SCHEMA)))
                .isEqualTo(
                        new MetadataSettings(
                                64,
                                2_000,
                                2_000,
                                10_000,
                                10_000,
                                100_000,
                                50_000,
                                32_767,
                                10_000,
                                Duration.ofSeconds(2),
                                null));
        Config config = Config.defaults(MetadataSettings.SCHEMA);
        assertThat(config.get(MetadataSettings.AUTO_CREATE)).isTrue();
        assertThat(config.get(MetadataSettings.DEFAULT_PARTITIONS)).isEqualTo(1);
        assertThat(config.get(MetadataSettings.DEFAULT_REPLICATION_FACTOR)).isEqualTo(1);
        assertThat(config.get(MetadataSettings.DELETABLE)).isTrue();
    }

    @Test
    void namesOfKafkaAreUnderstood() {
        Config config =
                Config.of(
                        MetadataSettings.SCHEMA,
                        Map.of(
                                "auto.create.topics.enable", "false",
                                "num.partitions", "3",
                                "default.replication.factor", "2",
                                "delete.topic.enable", "false",
                                "broker.rack", "r1",
                                "log.retention.ms", "1000"));
        assertThat(config.get(MetadataSettings.AUTO_CREATE)).isFalse();
        assertThat(config.get(MetadataSettings.DEFAULT_PARTITIONS)).isEqualTo(3);
        assertThat(MetadataSettings.from(config).rack()).isEqualTo("r1");
        assertThat(config.get(RetentionConfigs.RETENTION_MS.brokerKey().orElseThrow()))
                .isEqualTo(1000L);
    }
}
