package mortise.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The set of codecs at hand knows what it has and names what it lacks. */
final class CodecsTest {
    /** A codec that does nothing. */
    private record Fake(byte id, String name) implements Codec {
        @Override
        public CodecLevels levels() {
            return CodecLevels.SINGLE;
        }

        @Override
        public OutputStream compressing(OutputStream sink, int level) {
            return sink;
        }

        @Override
        public InputStream decompressing(ByteBuffer compressed, long maxBytes) {
            return new ByteBufferInputStream(compressed);
        }
    }

    @Test
    void gzipIsAlwaysThere() {
        assertThat(Codecs.of().names()).containsExactly("gzip");
        assertThat(Codecs.installed().names()).contains("gzip");
        assertThat(Codecs.of().find("gzip")).isNotNull();
        assertThat(Codecs.of().find("zstd")).isNull();
    }

    @Test
    void codecsThatAreFoundJoinIt() {
        Codecs codecs =
                Codecs.load(List.of(new Fake((byte) 4, "zstd"), new Fake((byte) 2, "snappy")));
        assertThat(codecs.names()).containsExactly("gzip", "snappy", "zstd");
        assertThat(codecs.require(4).name()).isEqualTo("zstd");
        assertThat(codecs.find(3)).isNull();
        assertThat(codecs.find(-1)).isNull();
        assertThat(codecs.find(8)).isNull();
    }

    @Test
    void aPluginMayTakeThePlaceOfTheBuiltInGzip() {
        Codec faster = new Fake((byte) 1, "gzip");
        assertThat(Codecs.of(faster).require(1)).isSameAs(faster);
    }

    @Test
    void twoCodecsWithOneNumberAreRefusedByName() {
        assertThatThrownBy(() -> Codecs.of(new Fake((byte) 4, "zstd"), new Fake((byte) 4, "other")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("loading codec other", "zstd", "already has number 4");
        assertThatThrownBy(() -> Codecs.of(new Fake((byte) 0, "none")))
                .hasMessageContaining("its number is 0, a batch has room for 1 to 7");
    }

    @Test
    void theProtocolsNamesAndNumbersAreKafkas() {
        for (var kafka : org.apache.kafka.common.record.internal.CompressionType.values()) {
            CompressionType ours = CompressionType.find(kafka.id);
            assertThat(ours).isNotNull();
            assertThat(ours.label()).isEqualTo(kafka.name);
            assertThat(CompressionType.find(kafka.name)).isEqualTo(ours);
        }
        assertThat(CompressionType.find("brotli")).isNull();
        assertThat(CompressionType.find(5)).isNull();
    }
}
