package mortise.codec.snappy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import modulepath.ModulePathProcess;
import mortise.record.Codec;
import mortise.record.CodecContract;
import org.junit.jupiter.api.Test;
import org.xerial.snappy.Snappy;

/** The snappy codec keeps every codec's promises, in both of the forms that clients write. */
final class SnappyCodecTest implements CodecContract {
    private static final byte[] TEXT =
            "snappy is what librdkafka writes as one block "
                    .repeat(5000)
                    .getBytes(StandardCharsets.UTF_8);

    @Override
    public Codec codec() {
        return new SnappyCodec();
    }

    @Test
    void itWorksOnTheModulePathOfAProcessOfItsOwn() throws Exception {
        assertThat(
                        ModulePathProcess.roundTrip(
                                "snappy", "mortise.codec.snappy", "org.xerial.snappy"))
                .isEqualTo("exit 0: mortise.codec.snappy true");
    }

    @Test
    void onePlainBlockOpens() throws IOException {
        assertThat(open(Snappy.compress(TEXT))).isEqualTo(TEXT);
        byte[] few = {1, 2, 3};
        assertThat(open(Snappy.compress(few))).isEqualTo(few);
        assertThat(open(Snappy.compress(new byte[0]))).isEmpty();
    }

    @Test
    void framedStreamsMayFollowEachOther() throws IOException {
        ByteArrayOutputStream twice = new ByteArrayOutputStream();
        twice.write(framed());
        twice.write(framed());
        assertThat(open(twice.toByteArray())).hasSize(2 * TEXT.length).startsWith(TEXT);
    }

    private byte[] framed() throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        try (OutputStream stream = codec().compressing(frame)) {
            stream.write(TEXT);
        }
        return frame.toByteArray();
    }

    @Test
    void aFramedStreamCutAnywhereIsNeverTakenForAWholeOne() throws IOException {
        byte[] whole = framed();
        for (int cut = 1; cut < whole.length; cut += 7) {
            byte[] part = Arrays.copyOf(whole, cut);
            try {
                assertThat(open(part).length).as("cut at %d", cut).isLessThan(TEXT.length);
            } catch (IOException expected) {
                assertThat(expected).isNotNull();
            }
        }
    }

    @Test
    void aBlocksClaimIsBelievedOnlyAsFarAsTheFormatCompresses() {
        assertRefused("ffffffff07", "5 bytes");
        assertRefused("ff7f00", "3 bytes");
        assertRefused(
                "82534e41505059000000000100000001" + "7fffffff" + "00",
                "a snappy chunk claims 2147483647 bytes, 1 are left");
        assertRefused("82534e41505059000000000100000001" + "000000", "length is cut short");
        assertRefused("82534e41505059000000000900000009", "snappy framing version 9");
    }

    @Test
    void aBlockLargerThanTheLimitIsRefusedBeforeItIsOpened() throws IOException {
        byte[] block = Snappy.compress(TEXT);
        assertThatThrownBy(() -> codec().decompressing(ByteBuffer.wrap(block), 1000).readAllBytes())
                .hasMessageContaining("the format or the limit of 1000 forbids it");
    }

    private void assertRefused(String hex, String message) {
        assertThatThrownBy(() -> open(HexFormat.of().parseHex(hex)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(message);
    }

    private byte[] open(byte[] compressed) throws IOException {
        try (InputStream stream = codec().decompressing(ByteBuffer.wrap(compressed), 1 << 30)) {
            return stream.readAllBytes();
        }
    }
}
