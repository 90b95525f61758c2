package mortise.broker.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A mailbox's owner that notes what it is given, and fails if two threads drain it at once. */
final class RecordingOwner implements MailboxOwner {
    final List<Integer> runSizes = new ArrayList<>();
    final List<AppendBatch> appended = new ArrayList<>();
    final List<ControlCommand> executed = new ArrayList<>();
    int signals;
    int runBytes = Integer.MAX_VALUE;
    @Nullable Runnable duringAppend;
    @Nullable RuntimeException failAppend;
    @Nullable Throwable fenced;
    private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();

    private void enter() {
        if (!inside.compareAndSet(null, Thread.currentThread())) {
            throw new AssertionError("two threads drain one mailbox");
        }
    }

    private void leave() {
        inside.set(null);
    }

    @Override
    public void signalled(int raised) {
        enter();
        signals |= raised;
        leave();
    }

    @Override
    public void execute(ControlCommand command) {
        enter();
        executed.add(command);
        leave();
    }

    @Override
    public void append(AppendRun run) {
        enter();
        try {
            RuntimeException failure = failAppend;
            if (failure != null) {
                failAppend = null;
                throw failure;
            }
            runSizes.add(run.takenCount());
            for (int i = 0; i < run.takenCount(); i++) {
                appended.add(run.taken(i));
            }
            Runnable nested = duringAppend;
            if (nested != null) {
                nested.run();
            }
        } finally {
            leave();
        }
    }

    @Override
    public int runBytes() {
        return runBytes;
    }

    @Override
    public void fence(Throwable cause) {
        fenced = cause;
    }
}
