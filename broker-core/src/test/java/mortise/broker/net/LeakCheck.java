package mortise.broker.net;

import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails every test class after which Netty finds a buffer that nobody released. Registered for all
 * test classes of the module.
 */
public final class LeakCheck implements AfterAllCallback {
    @Override
    public void afterAll(ExtensionContext context) {
        System.gc();
        // the detector looks at its queue when the next buffer is made
        PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
        List<String> leaks = LeakRecorder.drain();
        if (!leaks.isEmpty()) {
            throw new AssertionError(
                    leaks.size()
                            + " buffers were not released (detection level "
                            + ResourceLeakDetector.getLevel()
                            + "), first: "
                            + leaks.getFirst());
        }
    }
}
