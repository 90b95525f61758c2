package mortise.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.kafka.common.utils.internals.ByteUtils;
import org.junit.jupiter.api.Test;

/** Varints are those of Apache Kafka, at every width. */
final class VarintTest {
    @Test
    void intsOfEveryWidthAreWrittenAndReadAsKafkaDoes() {
        IntStream.range(0, 32)
                .flatMap(bit -> IntStream.of(1 << bit, (1 << bit) - 1, -(1 << bit), ~(1 << bit)))
                .forEach(VarintTest::assertInt);
        Seeds.run(2000, random -> assertInt(random.nextInt() >> random.nextInt(32)));
    }

    private static void assertInt(int value) {
        ByteBuffer ours = ByteBuffer.allocate(Varint.MAX_INT_BYTES);
        ByteBuffer kafkas = ByteBuffer.allocate(Varint.MAX_INT_BYTES);
        Varint.putInt(ours, value);
        ByteUtils.writeVarint(value, kafkas);
        assertThat(ours.flip()).isEqualTo(kafkas.flip());
        assertThat(Varint.sizeOfInt(value)).isEqualTo(ours.remaining());
        assertThat(Varint.getInt(ours)).isEqualTo(value);
        assertThat(ours.hasRemaining()).isFalse();
    }

    @Test
    void longsOfEveryWidthAreWrittenAndReadAsKafkaDoes() {
        LongStream.range(0, 64)
                .flatMap(bit ->
                        LongStream.of(1L << bit, (1L << bit) - 1, -(1L << bit), ~(1L << bit)))
                .forEach(VarintTest::assertLong);
        Seeds.run(2000, random -> assertLong(random.nextLong() >> random.nextInt(64)));
    }

    private static void assertLong(long value) {
        ByteBuffer ours = ByteBuffer.allocate(Varint.MAX_LONG_BYTES);
        ByteBuffer kafkas = ByteBuffer.allocate(Varint.MAX_LONG_BYTES);
        Varint.putLong(ours, value);
        ByteUtils.writeVarlong(value, kafkas);
        assertThat(ours.flip()).isEqualTo(kafkas.flip());
        assertThat(Varint.sizeOfLong(value)).isEqualTo(ours.remaining());
        assertThat(Varint.getLong(ours)).isEqualTo(value);
    }

    @Test
    void aVarintThatNeverEndsIsRefused() {
        byte[] endless = new byte[20];
        Arrays.fill(endless, (byte) 0x80);
        assertThatThrownBy(() -> Varint.getInt(ByteBuffer.wrap(endless)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Varint.getLong(ByteBuffer.wrap(endless)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Varint.getInt(ByteBuffer.wrap(endless, 0, 3)))
                .isInstanceOf(BufferUnderflowException.class);
    }
}
