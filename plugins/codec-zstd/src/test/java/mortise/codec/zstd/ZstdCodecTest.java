package mortise.codec.zstd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import modulepath.ModulePathProcess;
import mortise.record.Codec;
import mortise.record.CodecContract;
import org.junit.jupiter.api.Test;

/** The zstd codec keeps every codec's promises. */
final class ZstdCodecTest implements CodecContract {
    @Override
    public Codec codec() {
        return new ZstdCodec();
    }

    @Test
    void itWorksOnTheModulePathOfAProcessOfItsOwn() throws Exception {
        assertThat(
                        ModulePathProcess.roundTrip(
                                "zstd", "mortise.codec.zstd", "com.github.luben.zstd_jni"))
                .isEqualTo("exit 0: mortise.codec.zstd true");
    }

    @Test
    void aWindowLargerThanKafkasIsRefused() throws IOException {
        assertThat(open(frame(27))).isEqualTo(10);
        assertThatThrownBy(() -> open(frame(28)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("memory");
    }

    private static byte[] frame(int windowLog) throws IOException {
        ByteArrayOutputStream frame = new ByteArrayOutputStream();
        try (OutputStream stream = new ZstdOutputStreamNoFinalizer(frame).setWindowLog(windowLog)) {
            stream.write(new byte[5]);
            stream.flush();
            stream.write(new byte[5]);
        }
        return frame.toByteArray();
    }

    private int open(byte[] frame) throws IOException {
        try (InputStream stream = codec().decompressing(ByteBuffer.wrap(frame), 1000)) {
            return stream.readAllBytes().length;
        }
    }
}
