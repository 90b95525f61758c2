package mortise.metadata.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.spi.Capability;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TopicConfigsTest {
    private static final StoreTraits ABLE =
            new StoreTraits("able", EnumSet.allOf(Capability.class));
    private static final StoreTraits POOR = new StoreTraits("poor", Set.of());

    /** A line of the table that Apache Kafka 4.4.0 answered. */
    private record Answer(
            String name, String type, String defaultText, String value, boolean accepted) {}

    private static List<Answer> answersOfKafka() throws IOException {
        List<Answer> answers = new ArrayList<>();
        try (var in =
                new BufferedReader(
                        new InputStreamReader(
                                Objects.requireNonNull(
                                        TopicConfigsTest.class.getResourceAsStream(
                                                "kafka-topic-configs.tsv")),
                                UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                if (!line.startsWith("#")) {
                    String[] columns = line.split("\t", -1);
                    String value = columns[3].substring(1, columns[3].length() - 1);
                    answers.add(
                            new Answer(
                                    columns[0],
                                    columns[1],
                                    columns[2],
                                    value,
                                    columns[4].equals("ok")));
                }
            }
        }
        return answers;
    }

    @Test
    void namesTypesAndDefaultsAreThoseOfKafka() throws IOException {
        Set<String> names = new TreeSet<>();
        for (Answer answer : answersOfKafka()) {
            names.add(answer.name);
            var config = TopicConfigs.find(answer.name).orElseThrow();
            assertThat(config.kind().name()).as(answer.name).isEqualTo(answer.type);
            assertThat(String.valueOf(config.defaultValue()))
                    .as(answer.name)
                    .isEqualTo(answer.defaultText);
        }
        assertThat(TopicConfigs.all())
                .extracting(config -> config.name())
                .containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void everyNameInTheClientLibraryIsKnownUnlessKafkaItselfDroppedIt()
            throws IllegalAccessException {
        for (var field : TopicConfig.class.getFields()) {
            if (field.getName().endsWith("_CONFIG")) {
                String name = (String) field.get(null);
                // Kafka 4 refuses it as unknown, and so do we.
                boolean dropped = name.equals("message.downconversion.enable");
                assertThat(TopicConfigs.find(name).isPresent()).as(name).isEqualTo(!dropped);
            }
        }
    }

    @Test
    void textsAreAcceptedAndRefusedAsKafkaDoes() throws IOException {
        for (Answer answer : answersOfKafka()) {
            var config = TopicConfigs.find(answer.name).orElseThrow();
            boolean accepted;
            try {
                config.parse(answer.value);
                accepted = true;
            } catch (IllegalArgumentException refused) {
                accepted = false;
            }
            assertThat(accepted)
                    .as(answer.name + "='" + answer.value + "'")
                    .isEqualTo(answer.accepted);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cleanup.policy | compact | storage plugin 'poor' lacks the capability compaction",
                "cleanup.policy | compact,delete | lacks the capability compaction",
                "retention.ms | 1000 | lacks the capability retention",
                "retention.bytes | 1000 | lacks the capability retention",
                "flush.messages | 1 | lacks the capability durable",
                "flush.ms | 1000 | lacks the capability durable",
            })
    void whatTheStoreCannotDoIsRefusedWithTheReason(String name, String value, String reason) {
        var config = TopicConfigs.find(name).orElseThrow();
        assertThat(config.problem(value, POOR)).contains(reason);
        assertThat(config.problem(value, ABLE)).isNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "remote.storage.enable | true | no tier",
                "errors.deadletterqueue.group.enable | true | share groups are not served",
                "max.decompressed.message.bytes | 1000 | unopened",
                "leader.replication.throttled.replicas | * | nothing to throttle",
                "follower.replication.throttled.replicas | 0:1 | nothing to throttle",
            })
    void whatNoStoreHelpsWithIsRefusedWithTheReason(String name, String value, String reason) {
        assertThat(TopicConfigs.find(name).orElseThrow().problem(value, ABLE)).contains(reason);
    }

    @ParameterizedTest
    @CsvSource({
        "cleanup.policy,delete",
        "cleanup.policy,''",
        "compression.type,producer",
        "compression.type,gzip",
        "compression.type,uncompressed",
        "compression.gzip.level,9",
        "compression.lz4.level,17",
        "compression.zstd.level,-7",
        "delete.retention.ms,0",
        "errors.deadletterqueue.group.enable,false",
        "file.delete.delay.ms,0",
        "flush.messages,1",
        "flush.ms,0",
        "follower.replication.throttled.replicas,''",
        "index.interval.bytes,0",
        "leader.replication.throttled.replicas,''",
        "local.retention.bytes,-2",
        "local.retention.ms,5",
        "max.compaction.lag.ms,1",
        "max.decompressed.message.bytes,2147483639",
        "max.message.bytes,0",
        "message.timestamp.after.max.ms,0",
        "message.timestamp.before.max.ms,0",
        "message.timestamp.type,LogAppendTime",
        "min.cleanable.dirty.ratio,0.25",
        "min.compaction.lag.ms,0",
        "min.insync.replicas,2",
        "preallocate,true",
        "remote.copy.lag.bytes,0",
        "remote.copy.lag.ms,-1",
        "remote.log.copy.disable,true",
        "remote.log.delete.on.disable,true",
        "remote.storage.enable,false",
        "retention.bytes,1",
        "retention.ms,-1",
        "segment.bytes,1048576",
        "segment.index.bytes,4",
        "segment.jitter.ms,5",
        "segment.ms,1",
        "unclean.leader.election.enable,true",
    })
    void everyConfigHasValuesThatAreServed(String name, String value) {
        assertThat(TopicConfigs.find(name).orElseThrow().problem(value, ABLE)).isNull();
    }

    @Test
    void defaultsNeverNeedACapability() {
        for (var config : TopicConfigs.all()) {
            String text = String.valueOf(config.defaultValue());
            // Retention alone is on by default; a store without it keeps everything, and says so by
            // name.
            if (!config.name().equals("retention.ms")) {
                assertThat(config.problem(text, POOR)).as(config.name()).isNull();
            }
        }
    }

    @Test
    void everyConfigSaysHowItIsHonouredAndWhatItDoes() {
        assertThat(TopicConfigs.all())
                .allSatisfy(config -> {
                    assertThat(config.honoured()).as(config.name()).isNotEmpty();
                    assertThat(config.doc()).as(config.name()).isNotEmpty();
                });
    }

    @Test
    void listsAreKeptWithoutBlanksAndRepetitions() {
        assertThat(RetentionConfigs.CLEANUP_POLICY.canonical(" delete , delete"))
                .isEqualTo("delete");
        assertThat(SegmentConfigs.SEGMENT_MS.canonical(" 5 ")).isEqualTo("5");
    }

    @Test
    void aDefaultThatTheStoreCannotServeStopsTheStart() {
        Config config = Config.of(MetadataSettings.SCHEMA, Map.of("log.cleanup.policy", "compact"));
        assertThatThrownBy(() -> new BrokerConfigs(1, config, POOR))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("topic-defaults.cleanup-policy")
                .hasMessageContaining("compaction");
    }

    @Test
    void brokerDefaultsHaveTheBoundsOfTheirTopicConfig() {
        assertThatThrownBy(
                        () -> Config.of(MetadataSettings.SCHEMA, Map.of("log.segment.bytes", "13")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("at least 1048576");
        assertThatThrownBy(() ->
                        Config.of(MetadataSettings.SCHEMA, Map.of("log.cleanup.policy", "shred")))
                .isInstanceOf(ConfigException.class);
    }
}
