package mortise.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A batch in another form has the same records. */
class RecompressionTest {
    private static final Codecs CODECS = Codecs.of();
    private static final Codec GZIP = CODECS.require(CompressionType.GZIP.id());

    private static RecordBatch batch(boolean compressed) {
        RecordBatchBuilder builder =
                RecordBatchBuilder.growing(1_000).producer(7, (short) 3, 11).transactional();
        if (compressed) {
            builder.codec(GZIP);
        }
        for (int i = 0; i < 50; i++) {
            builder.append(
                    1_000 + i,
                    bytes("key " + i % 7),
                    i % 5 == 0 ? null : bytes("value ".repeat(i)),
                    List.of(new RecordHeader("header", bytes("h" + i))));
        }
        return builder.build();
    }

    private static ByteBuffer bytes(String text) {
        return StandardCharsets.UTF_8.encode(text);
    }

    private static List<Record> records(RecordBatch batch) {
        List<Record> records = new ArrayList<>();
        try (RecordIteration all = batch.records(CODECS, 1 << 20)) {
            all.forEachRemaining(records::add);
        }
        return records;
    }

    @ParameterizedTest
    @CsvSource({"true,false", "false,true", "true,true"})
    void recordsAndProducerAreTheSame(boolean before, boolean after) {
        RecordBatch batch = batch(before);
        Recompression recompression = new Recompression(after ? GZIP : null, after ? 9 : 0);

        RecordBatch kept = recompression.of(batch, CODECS, 1 << 20, 1 << 20);

        assertThat(recompression.changes(batch)).isEqualTo(before != after);
        assertThat(recompression.changes(kept)).isFalse();
        assertThat(kept.isCrcValid()).isTrue();
        assertThat(records(kept)).isEqualTo(records(batch));
        assertThat(kept.recordCount()).isEqualTo(batch.recordCount());
        assertThat(kept.lastOffsetDelta()).isEqualTo(batch.lastOffsetDelta());
        assertThat(kept.producerId()).isEqualTo(7);
        assertThat(kept.producerEpoch()).isEqualTo((short) 3);
        assertThat(kept.baseSequence()).isEqualTo(11);
        assertThat(kept.isTransactional()).isTrue();
        assertThat(kept.maxTimestamp()).isEqualTo(1_049);
    }

    @Test
    void oneThatGrowsBeyondItsBoundIsRefusedAsItGrows() {
        RecordBatch batch = batch(true);
        Recompression plain = new Recompression(null, 0);
        assertThatThrownBy(() -> plain.of(batch, CODECS, 1 << 20, 2_000))
                .isInstanceOf(BatchTooLargeException.class)
                .hasMessageContaining("more than the 2000 bytes");
        int size = plain.of(batch, CODECS, 1 << 20, 1 << 20).sizeInBytes();
        assertThat(plain.of(batch, CODECS, 1 << 20, size).sizeInBytes()).isEqualTo(size);
        assertThatThrownBy(() -> plain.of(batch, CODECS, 1 << 20, size - 1))
                .isInstanceOf(BatchTooLargeException.class);
    }
}
