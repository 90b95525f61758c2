package mortise.metadata.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import mortise.api.config.Config;
import org.junit.jupiter.api.Test;

class MetadataSettingsTest {
    @Test
    void defaultsAreTheDocumentedOnes() {
        Config config = Config.defaults(MetadataSettings.SCHEMA);
        assertThat(config.get(MetadataSettings.AUTO_CREATE)).isTrue();
        assertThat(config.get(MetadataSettings.DEFAULT_PARTITIONS)).isEqualTo(1);
        assertThat(config.get(MetadataSettings.DEFAULT_REPLICATION_FACTOR)).isEqualTo(1);
        assertThat(config.get(MetadataSettings.DELETABLE)).isTrue();
        assertThat(config.get(MetadataSettings.PARALLEL_PARTITION_OPERATIONS)).isEqualTo(64);
        assertThat(config.get(MetadataSettings.LARGE_RESPONSE_PARTITIONS)).isEqualTo(2_000);
        assertThat(config.get(MetadataSettings.MAX_DESCRIBED_PARTITIONS)).isEqualTo(2_000);
        assertThat(config.get(MetadataSettings.MAX_QUEUED_COMMANDS)).isEqualTo(10_000);
        assertThat(config.get(MetadataSettings.MAX_PARTITIONS_PER_REQUEST)).isEqualTo(10_000);
        assertThat(config.get(MetadataSettings.MAX_PARTITIONS)).isEqualTo(100_000);
        assertThat(config.get(MetadataSettings.MAX_WAITING_PRODUCERS)).isEqualTo(50_000);
        assertThat(config.get(MetadataSettings.MAX_CONFIG_LENGTH)).isEqualTo(32_767);
        assertThat(config.get(MetadataSettings.AUTO_CREATE_MAX_PARTITIONS)).isEqualTo(10_000);
        assertThat(config.get(MetadataSettings.AUTO_CREATE_WAIT)).hasSeconds(2);
        assertThat(config.find(MetadataSettings.RACK)).isEmpty();
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
        assertThat(config.get(MetadataSettings.RACK)).isEqualTo("r1");
        assertThat(config.get(RetentionConfigs.RETENTION_MS.brokerKey().orElseThrow()))
                .isEqualTo(1000L);
    }
}
