package mortise.client;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import mortise.api.Clock;
import mortise.api.PermittedApi;

/** Time and chance as a cluster's client sees them: handed in, so that a test need not wait. */
interface ClientTime {
    /** Monotonic nanoseconds with an arbitrary origin. */
    long nanoTime();

    /** Waits, or less if the thread is interrupted. */
    void pause(Duration pause);

    /** A number from 0 to 1, which keeps clients that failed together from returning together. */
    double chance();

    /** The machine's. */
    static ClientTime system() {
        return SystemTime.INSTANCE;
    }

    /** The machine's clock and pauses. */
    @PermittedApi("the pauses between attempts need no seed: no simulation runs this client")
    enum SystemTime implements ClientTime {
        INSTANCE;

        @Override
        public long nanoTime() {
            return Clock.system().nanoTime();
        }

        @Override
        public void pause(Duration pause) {
            long end = nanoTime() + pause.toNanos();
            for (long left = pause.toNanos(); left > 0; left = end - nanoTime()) {
                if (Thread.currentThread().isInterrupted()) {
                    return;
                }
                LockSupport.parkNanos(left);
            }
        }

        @Override
        public double chance() {
            return ThreadLocalRandom.current().nextDouble();
        }
    }
}
