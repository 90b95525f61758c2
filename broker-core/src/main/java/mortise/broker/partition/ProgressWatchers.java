package mortise.broker.partition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import mortise.broker.runtime.Failures;

/**
 * Those who want to know when a partition has moved on. Anyone may come and go; the partition's
 * drain tells them. Copied for each change, so that telling them takes no lock.
 */
public final class ProgressWatchers {
    private static final ProgressWatcher[] NOBODY = {};
    private static final VarHandle WATCHERS;

    static {
        try {
            WATCHERS =
                    MethodHandles.lookup()
                            .findVarHandle(
                                    ProgressWatchers.class, "watchers", ProgressWatcher[].class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final Failures unexpected;
    private volatile ProgressWatcher[] watchers = NOBODY;

    /** Nobody yet; a watcher that throws is told of there and harms nobody else. */
    ProgressWatchers(Failures unexpected) {
        this.unexpected = unexpected;
    }

    /** Has somebody hear from now on. */
    public void add(ProgressWatcher watcher) {
        while (true) {
            ProgressWatcher[] seen = watchers;
            ProgressWatcher[] more = Arrays.copyOf(seen, seen.length + 1);
            more[seen.length] = watcher;
            if (WATCHERS.compareAndSet(this, seen, more)) {
                return;
            }
        }
    }

    /** Ends an {@link #add}. */
    @SuppressWarnings("ReferenceEquality") // this watcher, not an equal one
    public void remove(ProgressWatcher watcher) {
        while (true) {
            ProgressWatcher[] seen = watchers;
            int at = 0;
            while (at < seen.length && seen[at] != watcher) {
                at++;
            }
            if (at == seen.length) {
                return;
            }
            ProgressWatcher[] fewer =
                    seen.length == 1 ? NOBODY : Arrays.copyOf(seen, seen.length - 1);
            if (at < fewer.length) {
                System.arraycopy(seen, at + 1, fewer, at, fewer.length - at);
            }
            if (WATCHERS.compareAndSet(this, seen, fewer)) {
                return;
            }
        }
    }

    /** Tells all of them, after the change was published. */
    void tell() {
        for (ProgressWatcher watcher : watchers) {
            try {
                watcher.progressed();
            } catch (RuntimeException | Error failure) {
                // the fault of a reader harms that reader only
                unexpected.note("telling a reader of progress", failure);
            }
        }
    }
}
