package mortise.partitioner.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerProvider;
import mortise.spi.partition.Partitioners;
import mortise.spi.partition.TopicView;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The adapter without a producer. */
class MortisePartitionerTest {
    private static final Node NODE = new Node(1, "localhost", 9092);
    private static final Cluster CLUSTER =
            new Cluster(
                    "cluster",
                    List.of(NODE),
                    List.of(info(0, NODE), info(1, null), info(2, NODE)),
                    Set.of(),
                    Set.of());

    private static PartitionInfo info(int partition, @Nullable Node leader) {
        return new PartitionInfo("orders", partition, leader, new Node[] {NODE}, new Node[] {NODE});
    }

    private record Named(Partitioner partitioner) implements PartitionerProvider {
        @Override
        public String name() {
            return "mine";
        }

        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public Partitioner create(Config config, PluginContext context) {
            return partitioner;
        }
    }

    private static MortisePartitioner adapting(Partitioner partitioner) {
        MortisePartitioner adapter =
                new MortisePartitioner(Partitioners.of(List.of(new Named(partitioner))));
        adapter.configure(Map.of("mortise.partitioner", "mine"));
        return adapter;
    }

    @Test
    void thePartitionerSeesTheTopicAsTheProducerDoes() {
        Partitioner checking =
                (topic, key, bytes) -> {
                    assertThat(topic.name()).isEqualTo("orders");
                    assertThat(topic.partitionCount()).isEqualTo(3);
                    assertThat(topic.hasLeader(0)).isTrue();
                    assertThat(topic.hasLeader(1)).isFalse();
                    assertThat(key).isNotNull().matches(lent -> lent.isReadOnly());
                    assertThat(bytes).isEqualTo(5);
                    return 2;
                };
        try (MortisePartitioner adapter = adapting(checking)) {
            assertThat(adapter.partition("orders", "k", new byte[2], "v", new byte[3], CLUSTER))
                    .isEqualTo(2);
        }
    }

    @Test
    void aPartitionThatThereIsNotFailsTheRecord() {
        for (int wrong : new int[] {-1, 3}) {
            try (MortisePartitioner adapter = adapting((topic, key, bytes) -> wrong)) {
                assertThatThrownBy(
                                () -> adapter.partition("orders", null, null, null, null, CLUSTER))
                        .isInstanceOf(KafkaException.class)
                        .hasMessageContaining("partition " + wrong + " of topic orders");
            }
        }
    }

    @Test
    void withoutANameNothingIsMade() {
        try (MortisePartitioner adapter = new MortisePartitioner(Partitioners.of(List.of()))) {
            assertThatThrownBy(() -> adapter.configure(Map.of()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("mortise.partitioner")
                    .hasMessageContaining("there are none");
        }
    }

    @Test
    void closingClosesThePartitioner() {
        boolean[] closed = {false};
        MortisePartitioner adapter =
                adapting(
                        new Partitioner() {
                            @Override
                            public int partition(
                                    TopicView topic, @Nullable ByteBuffer key, int recordBytes) {
                                return 0;
                            }

                            @Override
                            public void close() {
                                closed[0] = true;
                            }
                        });
        adapter.close();
        assertThat(closed[0]).isTrue();
    }
}
