package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import mortise.api.config.Config;
import mortise.api.config.ConfigSchema;
import mortise.spi.PluginContext;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerException;
import mortise.spi.partition.PartitionerProvider;
import mortise.spi.partition.TopicView;
import org.junit.jupiter.api.Test;

/** Partitioners that a program takes from a builder: counted, bounded, and named when they fail. */
class EmbeddedPartitionersTest {
    private static final TopicView ORDERS = TopicView.led("orders", 3);

    private record Sample(Supplier<Partitioner> made) implements PartitionerProvider {
        @Override
        public String name() {
            return "sample";
        }

        @Override
        public ConfigSchema config() {
            return ConfigSchema.empty();
        }

        @Override
        public Partitioner create(Config config, PluginContext context) {
            return made.get();
        }
    }

    private static BrokerBuilder with(Supplier<Partitioner> made) {
        return new BrokerBuilder().plugin(new Sample(made));
    }

    private static Partitioner create(BrokerBuilder builder) {
        return builder.partitioners().create("sample", Map.of());
    }

    @Test
    void callsAreCountedOverAllPartitionersOfAPlugin() {
        Partitioner byBytes =
                (topic, key, bytes) -> {
                    if (bytes < 0) {
                        throw new IllegalStateException("no idea");
                    }
                    return bytes;
                };
        BrokerBuilder builder = with(() -> byBytes);
        assertThat(builder.partitionerActivity()).isEmpty();
        var known = builder.partitioners();
        try (Partitioner one = known.create("sample", Map.of());
                Partitioner other = known.create("sample", Map.of())) {
            assertThat(one.partition(ORDERS, null, 1)).isEqualTo(1);
            assertThat(other.partition(ORDERS, null, 2)).isEqualTo(2);
            assertThatThrownBy(() -> one.partition(ORDERS, null, -1))
                    .isInstanceOf(PartitionerException.class)
                    .hasMessage(
                            "partitioner plugin 'sample' (handed in) failed in partition:"
                                    + " java.lang.IllegalStateException: no idea");
            assertThatThrownBy(() -> other.partition(ORDERS, null, 3))
                    .isInstanceOf(PartitionerException.class)
                    .hasMessage(
                            "partitioner plugin 'sample' (handed in) chose partition 3 of topic"
                                    + " orders, which has partitions 0 to 2");
        }
        assertThat(builder.partitionerActivity())
                .singleElement()
                .satisfies(done -> {
                    assertThat(done.kind()).isEqualTo("partitioner");
                    assertThat(done.name()).isEqualTo("sample");
                    assertThat(done.calls()).isEqualTo(4);
                    assertThat(done.failures()).isEqualTo(2);
                    assertThat(done.time()).isPositive().isLessThan(Duration.ofSeconds(10));
                });
    }

    @Test
    void countingAllocatesNothingPerRecord() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ByteBuffer key = ByteBuffer.allocate(8);
        try (Partitioner counted = create(with(() -> (topic, lent, bytes) -> 1))) {
            int records = 100_000;
            long allocated = Long.MAX_VALUE;
            // the first rounds load classes, and let the compiler see the calls
            for (int round = 0; round < 100 && allocated >= records; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                ask(counted, key, records);
                allocated = threads.getCurrentThreadAllocatedBytes() - before;
            }
            assertThat(allocated).isLessThan(records);
        }
    }

    private static void ask(Partitioner partitioner, ByteBuffer key, int records) {
        for (int record = 0; record < records; record++) {
            partitioner.partition(ORDERS, key, 10);
        }
    }

    @Test
    void onesThatCannotBeMadeAreNamed() {
        assertThatThrownBy(() ->
                        create(
                                with(() -> {
                                    throw new IllegalStateException("not today");
                                })))
                .isInstanceOf(PartitionerException.class)
                .hasMessage(
                        "partitioner plugin 'sample' (handed in) failed in create:"
                                + " java.lang.IllegalStateException: not today");
        BrokerBuilder hanging =
                with(
                                () -> {
                                    while (true) {
                                        LockSupport.park();
                                    }
                                })
                        .set("plugins.create-timeout", "20ms");
        assertThatThrownBy(() -> create(hanging))
                .isInstanceOf(PartitionerException.class)
                .hasMessageStartingWith(
                        "partitioner plugin 'sample' (handed in) did not return from create within"
                                + " 20ms; it is at ");
    }

    @Test
    void oneThatFailsInCloseIsNamedInTheLogOnly() {
        boolean[] closed = {false};
        Partitioner partitioner =
                new Partitioner() {
                    @Override
                    public int partition(TopicView topic, ByteBuffer key, int recordBytes) {
                        return 0;
                    }

                    @Override
                    public void close() {
                        closed[0] = true;
                        throw new IllegalStateException("not now");
                    }
                };
        create(with(() -> partitioner)).close();
        assertThat(closed[0]).isTrue();
    }
}
