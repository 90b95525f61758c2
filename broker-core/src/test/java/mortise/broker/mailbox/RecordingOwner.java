package mortise.broker.mailbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A mailbox's owner that is no partition: it notes what it is given, and fails if two threads drain
 * it at once.
 */
final class RecordingOwner implements MailboxOwner<TestCommand, String> {
    final List<Integer> runSizes = new ArrayList<>();
    final List<TestCommand> served = new ArrayList<>();
    final List<String> executed = new ArrayList<>();

    /** Everything that was given, in its order: "signals 3", "control x", "data 7". */
    final List<String> given = new ArrayList<>();

    int signals;
    int mostRun = 3;
    @Nullable Runnable duringServe;
    @Nullable Runnable duringSignals;
    @Nullable Consumer<String> duringControl;
    @Nullable RuntimeException failServe;
    @Nullable Throwable fenced;
    private final AtomicReference<@Nullable Thread> inside = new AtomicReference<>();

    private void alone(Runnable action) {
        if (!inside.compareAndSet(null, Thread.currentThread())) {
            throw new AssertionError("two threads drain one mailbox");
        }
        try {
            action.run();
        } finally {
            inside.set(null);
        }
    }

    @Override
    public void signalled(int raised) {
        alone(() -> {
            signals |= raised;
            given.add("signals " + raised);
            Runnable nested = duringSignals;
            if (nested != null) {
                nested.run();
            }
        });
    }

    @Override
    public void execute(String command) {
        alone(() -> {
            executed.add(command);
            given.add("control " + command);
            Consumer<String> nested = duringControl;
            if (nested != null) {
                nested.accept(command);
            }
        });
    }

    @Override
    public void serve(TestCommand first, DataLane<TestCommand> behind) {
        alone(() -> {
            List<TestCommand> run = new ArrayList<>(List.of(first));
            while (run.size() < mostRun && behind.peek() != null) {
                run.add(behind.take());
            }
            RuntimeException failure = failServe;
            if (failure != null) {
                failServe = null;
                throw failure;
            }
            runSizes.add(run.size());
            served.addAll(run);
            run.forEach(command -> given.add("data " + command.number()));
            Runnable nested = duringServe;
            if (nested != null) {
                nested.run();
            }
        });
    }

    @Override
    public void fence(Throwable cause) {
        fenced = cause;
    }
}
