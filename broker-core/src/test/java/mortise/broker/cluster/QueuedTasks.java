package mortise.broker.cluster;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;

/** A serial executor whose tasks wait until the test runs them, or for as long as it holds them. */
public final class QueuedTasks implements Executor {
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean holding;

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /** From now on tasks wait, also when they are to be run. */
    public void hold() {
        holding = true;
    }

    /** No longer holds tasks. */
    public void release() {
        holding = false;
    }

    /** Runs what waits; returns whether something did. */
    public boolean run() {
        boolean ran = false;
        while (!holding && !tasks.isEmpty()) {
            tasks.remove().run();
            ran = true;
        }
        return ran;
    }
}
