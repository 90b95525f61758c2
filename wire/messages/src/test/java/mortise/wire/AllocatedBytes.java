package mortise.wire;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** How many bytes the current thread has allocated on the heap. */
final class AllocatedBytes {
    /** What decoding may allocate for each byte of a frame. */
    static final int MULTIPLE = 64;

    /** What decoding may allocate besides, such as an error message. */
    static final int CONSTANT = 8 * 1024;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocatedBytes() {}

    static long now() {
        return THREADS.getCurrentThreadAllocatedBytes();
    }

    /** The most that decoding a frame of that size may allocate. */
    static long bound(int frameBytes) {
        return (long) MULTIPLE * frameBytes + CONSTANT;
    }
}
