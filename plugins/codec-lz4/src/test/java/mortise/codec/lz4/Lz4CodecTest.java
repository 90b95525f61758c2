package mortise.codec.lz4;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import modulepath.ModulePathProcess;
import mortise.record.Codec;
import mortise.record.CodecContract;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import org.junit.jupiter.api.Test;

/** The lz4 codec keeps every codec's promises. */
final class Lz4CodecTest implements CodecContract {
    @Override
    public Codec codec() {
        return new Lz4Codec();
    }

    @Test
    void itWorksOnTheModulePathOfAProcessOfItsOwn() throws Exception {
        assertThat(ModulePathProcess.roundTrip("lz4", "mortise.codec.lz4", "org.lz4.java"))
                .isEqualTo("exit 0: mortise.codec.lz4 true");
    }

    @Test
    void theFrameHeaderIsTheOneThatKafkaWrites() throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        try (OutputStream stream = codec().compressing(frame)) {
            stream.write(1);
        }
        // magic, version 1 with independent blocks, 64 KiB, checksum of those two bytes
        assertThat(HexFormat.of().formatHex(frame.toByteArray(), 0, 7)).isEqualTo("04224d18604082");
    }

    @Test
    void framesOfEveryBlockSizeAndWithChecksumsAreRead() throws IOException {
        byte[] data = new byte[5_000_000];
        new Random(3).nextBytes(data);
        for (BLOCKSIZE size : BLOCKSIZE.values()) {
            ByteArrayOutputStream frame = new ByteArrayOutputStream();
            try (OutputStream stream =
                    new LZ4FrameOutputStream(
                            frame,
                            size,
                            FLG.Bits.BLOCK_INDEPENDENCE,
                            FLG.Bits.BLOCK_CHECKSUM,
                            FLG.Bits.CONTENT_CHECKSUM)) {
                stream.write(data);
            }
            try (InputStream stream =
                    codec().decompressing(ByteBuffer.wrap(frame.toByteArray()), 1 << 30)) {
                assertThat(stream.readAllBytes()).isEqualTo(data);
            }
        }
    }

    @Test
    void aFrameHeaderWithTheWrongChecksumIsRefused() {
        byte[] frame = HexFormat.of().parseHex("04224d1860408300000000");
        assertThatThrownBy(() -> codec().decompressing(ByteBuffer.wrap(frame), 1000).readAllBytes())
                .isInstanceOf(IOException.class);
    }
}
