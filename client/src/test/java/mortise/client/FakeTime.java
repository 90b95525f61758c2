package mortise.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Time that goes on by a little whenever somebody looks, and by each pause at once. */
final class FakeTime implements ClientTime {
    private static final long NANOS_PER_LOOK = 1_000;

    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private volatile Runnable duringPause = () -> {};
    private long nanos;

    @Override
    public synchronized long nanoTime() {
        nanos += NANOS_PER_LOOK;
        return nanos;
    }

    @Override
    public void pause(Duration pause) {
        synchronized (this) {
            nanos += pause.toNanos();
        }
        pauses.add(pause);
        duringPause.run();
    }

    @Override
    public double chance() {
        return 0.5;
    }

    /** Has something happen in each pause. */
    void duringPause(Runnable event) {
        duringPause = event;
    }

    List<Duration> pauses() {
        return pauses;
    }
}
