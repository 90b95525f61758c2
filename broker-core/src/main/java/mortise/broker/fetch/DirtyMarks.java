package mortise.broker.fetch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was marked since the last look, and the one fetch that waits for a mark. A mark wakes the
 * waiting fetch at most once, and no mark is missed: a fetch first says that it waits and then
 * looks for marks again; a marker first leaves its mark and then looks for someone who waits. Both
 * orders are volatile, so at least one of them sees the other.
 *
 * <p>{@link #mark} and {@link #claim} may be called by any thread; the rest by the owner of the
 * session.
 */
final class DirtyMarks {
    private static final VarHandle TOP;
    private static final VarHandle WAITER;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            TOP = lookup.findVarHandle(DirtyMarks.class, "top", DirtyMark.class);
            WAITER = lookup.findVarHandle(DirtyMarks.class, "waiter", Waiter.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    /** A parked fetch. */
    interface Waiter {
        /**
         * There may be more now. Called once for each time it was parked, by whoever claimed it.
         */
        void woken();
    }

    private volatile @Nullable DirtyMark top;
    private volatile @Nullable Waiter waiter;

    /** Leaves a mark and wakes who waits. A mark that is there already does neither. */
    void mark(DirtyMark mark) {
        if (!mark.raise()) {
            return;
        }
        DirtyMark seen;
        do {
            seen = top;
            mark.below = seen;
        } while (!TOP.compareAndSet(this, seen, mark));
        Waiter waiting = waiter;
        if (waiting != null && claim(waiting)) {
            waiting.woken();
        }
    }

    /** Whether anything is marked. */
    boolean any() {
        return top != null;
    }

    /** Takes all marks, lowered. */
    void take(Consumer<DirtyMark> each) {
        DirtyMark next = top == null ? null : (DirtyMark) TOP.getAndSet(this, null);
        while (next != null) {
            DirtyMark mark = next;
            next = mark.below;
            mark.below = null;
            mark.lower();
            each.accept(mark);
        }
    }

    /**
     * Lets a fetch wait.
     *
     * @return true if it waits, or has been woken already; false if there were marks and it does
     *     not
     */
    boolean park(Waiter fetch) {
        waiter = fetch;
        return top == null || !claim(fetch);
    }

    /** Ends a wait; true for exactly one caller each time the fetch was parked. */
    boolean claim(Waiter fetch) {
        return WAITER.compareAndSet(this, fetch, (Waiter) null);
    }
}
