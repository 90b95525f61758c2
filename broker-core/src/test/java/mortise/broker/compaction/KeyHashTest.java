package mortise.broker.compaction;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The hash is SipHash-2-4-128, by the vectors that its authors publish. */
class KeyHashTest {
    /** With the key 00 01 … 0f, of the bytes 00 01 …. */
    @ParameterizedTest
    @CsvSource({
        "0, a3817f04ba25a8e66df67214c7550293",
        "1, da87c1d86b99af44347659119b22fc45",
        "2, 8177228da4a45dc7fca38bdef60affe4",
        "7, a1f1ebbed8dbc153c0b84aa61ff08239",
        "8, 3b62a9ba6258f5610f83e264f31497b4"
    })
    void theVectorsOfItsAuthors(int length, String expected) {
        KeyHash hash = new KeyHash(0x0706050403020100L, 0x0f0e0d0c0b0a0908L);
        ByteBuffer input = ByteBuffer.allocate(length + 3).position(3);
        for (int i = 0; i < length; i++) {
            input.put((byte) i);
        }
        input.position(3);

        hash.of(input);

        ByteBuffer found =
                ByteBuffer.allocate(16)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(hash.low())
                        .putLong(hash.high());
        assertThat(HexFormat.of().formatHex(found.array())).isEqualTo(expected);
        assertThat(input.position()).as("the input's position").isEqualTo(3);
    }
}
