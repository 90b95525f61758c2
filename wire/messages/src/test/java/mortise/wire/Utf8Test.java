package mortise.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class Utf8Test {
    private static final char[] CHARS = {
        'a', '\0', '\u007f', '\u0080', '\u07ff', '\u0800', '\ud7ff', '\ud800', '\udbff', '\udc00',
        '\udfff', '\ue000', '\uffff'
    };

    @Test
    void everyTextHasTheBytesThatTheJdkGivesIt() {
        long seed = Long.getLong("mortise.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int left = random.nextInt(8); left > 0; left--) {
                text.append(CHARS[random.nextInt(CHARS.length)]);
            }
            requireSame(text.toString(), seed);
        }
    }

    @Test
    void aLoneSurrogateIsAQuestionMark() {
        requireSame("\ud800", 0);
        requireSame("a\udc00b", 0);
        requireSame("\ud800\ud800\udc00", 0);
    }

    private static void requireSame(String text, long seed) {
        ByteBuffer expected = ByteBuffer.wrap(text.getBytes(UTF_8));
        int bytes = Utf8.length(text);
        ByteBuffer heap = ByteBuffer.allocate(bytes + 3).position(3);
        ByteBuffer direct = ByteBuffer.allocateDirect(bytes);
        Utf8.write(text, bytes, heap);
        Utf8.write(text, bytes, direct);
        assertThat(heap.flip().position(3)).as("seed %d", seed).isEqualTo(expected);
        assertThat(direct.flip()).as("seed %d", seed).isEqualTo(expected);
    }

    @Test
    void unsignedVariableLengthIntegersAreReadBack() {
        ByteBuffer buffer = ByteBuffer.allocate(5);
        for (int bits = 0; bits < 33; bits++) {
            for (int around = -1; around <= 1; around++) {
                int value = (int) ((1L << bits) + around);
                buffer.clear();
                new WireWriter(buffer).writeUnsignedVarint(value);
                assertThat(buffer.position()).isEqualTo(Varint.sizeOf(value));
                assertThat(new WireReader(buffer.flip()).readUnsignedVarint("value"))
                        .isEqualTo(value);
            }
        }
    }
}
