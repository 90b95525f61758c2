package mortise.bench.load;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;

/**
 * The time that is measured. It is not known before everything is connected; until then nothing is
 * in it. Thread-safe; opened once, and ended early once at most.
 */
final class Window {
    private final CountDownLatch opened = new CountDownLatch(1);
    private volatile boolean open;
    private volatile long fromNanos;
    private volatile long untilNanos;

    /** A window that is open from now on for so long. */
    static Window of(long nowNanos, Duration duration) {
        Window window = new Window();
        window.open(nowNanos, duration);
        return window;
    }

    void open(long from, Duration duration) {
        fromNanos = from;
        untilNanos = from + duration.toNanos();
        open = true;
        opened.countDown();
    }

    /** Ends it now, if it has not ended yet: what was to be measured is over. */
    void end(long nowNanos) {
        if (contains(nowNanos)) {
            untilNanos = nowNanos;
        }
    }

    /** Waits until it is known. */
    void awaitKnown() throws InterruptedException {
        opened.await();
    }

    boolean contains(long nanos) {
        return open && nanos - fromNanos >= 0 && nanos - untilNanos < 0;
    }

    boolean isOver(long nanos) {
        return open && nanos - untilNanos >= 0;
    }

    long fromNanos() {
        return fromNanos;
    }

    long untilNanos() {
        return untilNanos;
    }

    double seconds() {
        return (untilNanos - fromNanos) / 1e9;
    }

    double second(long nanos) {
        return (nanos - fromNanos) / 1e9;
    }
}
