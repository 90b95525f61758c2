package mortise.broker.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import mortise.tck.sim.Seeded;
import org.junit.jupiter.api.Test;

/** The table of keys knows the last offset of each, and when it is full. */
class KeyOffsetsTest {
    private static ByteBuffer key(int number) {
        return StandardCharsets.UTF_8.encode("key-" + number);
    }

    @Seeded(runs = 20)
    void itAgreesWithAMap(long seed, RandomGenerator random) {
        int most = random.nextInt(1, 200);
        Map<Integer, Long> expected = new HashMap<>();
        try (KeyOffsets keys = new KeyOffsets(KeyOffsets.bytesFor(most), new KeyHash(random))) {
            for (long offset = 0; offset < 1_000; offset++) {
                int number = random.nextInt(2 * most);
                boolean taken = keys.put(key(number), offset);
                if (taken) {
                    expected.put(number, offset);
                } else {
                    assertThat(expected).as("keys of a full table").doesNotContainKey(number);
                    assertThat(keys.keys()).isGreaterThanOrEqualTo(most);
                }
            }
            assertThat(keys.keys()).isEqualTo(expected.size());
            for (int number = 0; number < 2 * most; number++) {
                assertThat(keys.offset(key(number)))
                        .as("key %s", number)
                        .isEqualTo(expected.getOrDefault(number, KeyOffsets.NONE));
            }
        }
    }

    @Test
    void theSmallestTableHasRoomForOneKey() {
        try (KeyOffsets keys = new KeyOffsets(1, new KeyHash(1, 2))) {
            assertThat(keys.put(key(1), 0)).isTrue();
            assertThat(keys.put(key(2), 1)).isFalse();
            assertThat(keys.put(key(1), 2)).isTrue();
            assertThat(keys.offset(key(1))).isEqualTo(2);
        }
    }
}
