package mortise.partitioner.murmur;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.Partitioners;
import mortise.spi.partition.TopicView;
import mortise.tck.sim.Seeded;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.utils.Utils;
import org.junit.jupiter.api.Test;

/** Key by key against the code of the Java client. */
class JavaClientParityTest {
    private static final int LONGEST_KEY = 300;

    private static Partitioner murmur2() {
        return Partitioners.of(List.of(new Murmur2Provider())).create("murmur2", Map.of());
    }

    @Seeded(runs = 50)
    void everyLengthOfKeyGoesWhereTheClientPutsIt(RandomGenerator random) {
        try (Partitioner ours = murmur2()) {
            for (int length = 0; length < LONGEST_KEY; length++) {
                byte[] key = new byte[length];
                random.nextBytes(key);
                int count = random.nextInt(1, 5_000);
                assertThat(Murmur2.hash(ByteBuffer.wrap(key))).isEqualTo(Utils.murmur2(key));
                assertThat(ours.partition(TopicView.led("orders", count), ByteBuffer.wrap(key), 1))
                        .isEqualTo(BuiltInPartitioner.partitionForKey(key, count));
            }
        }
    }

    @Test
    void hashesOnBothSidesOfZeroAreMet() {
        int negative = 0;
        try (Partitioner ours = murmur2()) {
            for (int i = 0; i < 1_000; i++) {
                byte[] key = ("customer-" + i).getBytes(StandardCharsets.UTF_8);
                negative += Murmur2.hash(ByteBuffer.wrap(key)) < 0 ? 1 : 0;
                assertThat(ours.partition(TopicView.led("orders", 12), ByteBuffer.wrap(key), 1))
                        .isEqualTo(BuiltInPartitioner.partitionForKey(key, 12));
            }
        }
        assertThat(negative).isBetween(400, 600);
    }
}
