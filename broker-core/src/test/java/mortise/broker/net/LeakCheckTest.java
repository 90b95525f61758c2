package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeakCheckTest {
    private static final int ATTEMPTS = 200;

    @Test
    void aBufferThatNobodyReleasesIsFound() {
        leak();
        List<String> found = List.of();
        for (int attempt = 0; attempt < ATTEMPTS && found.isEmpty(); attempt++) {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
            found = LeakRecorder.drain();
        }
        assertThat(found).isNotEmpty();
    }

    private static void leak() {
        ByteBuf forgotten = PooledByteBufAllocator.DEFAULT.directBuffer(64);
        forgotten.writeInt(1);
    }
}
