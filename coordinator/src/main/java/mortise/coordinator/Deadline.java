package mortise.coordinator;

import java.util.function.Consumer;

/**
 * Something that happens at a time unless the time is changed before. To move it later costs one
 * write, so it may be moved with every heartbeat. Confined to the state that it belongs to.
 */
public final class Deadline {
    private final Deadlines all;
    private final Consumer<CommandContext> action;
    private boolean set;
    private long nanos;

    /** Whether it has an entry in the queue at {@link #queuedNanos}, and none earlier. */
    private boolean queued;

    private long queuedNanos;

    Deadline(Deadlines all, Consumer<CommandContext> action) {
        this.all = all;
        this.action = action;
    }

    /** Has it happen at a time, by {@link Moment#nanos}, and not when it was to before. */
    public void set(long atNanos) {
        set = true;
        nanos = atNanos;
        if (!queued || atNanos - queuedNanos < 0) {
            enqueue();
        }
    }

    /** Has it not happen. */
    public void cancel() {
        set = false;
    }

    /** Whether it will happen. */
    public boolean isSet() {
        return set;
    }

    /** When it will happen, if it is set. */
    public long nanos() {
        return nanos;
    }

    private void enqueue() {
        queued = true;
        queuedNanos = nanos;
        all.add(nanos, this);
    }

    /** An entry of its own has left the queue; true if it is to happen now. */
    boolean left(long atNanos) {
        if (atNanos == queuedNanos) {
            queued = false;
        }
        if (!set) {
            return false;
        }
        if (nanos - atNanos <= 0) {
            return true;
        }
        if (!queued) {
            enqueue();
        }
        return false;
    }

    void happen(CommandContext context) {
        set = false;
        action.accept(context);
    }
}
