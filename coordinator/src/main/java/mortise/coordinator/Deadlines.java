package mortise.coordinator;

import java.util.PriorityQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The deadlines of one state, earliest first. Confined to it. */
public final class Deadlines {
    private final PriorityQueue<Entry> queue = new PriorityQueue<>();
    private long order;

    /** No deadlines. */
    public Deadlines() {}

    /** A place in the queue; those of one time are in the order in which they were set. */
    private record Entry(long nanos, long order, Deadline deadline) implements Comparable<Entry> {
        @Override
        public int compareTo(Entry other) {
            int byTime = Long.signum(nanos - other.nanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    /** A deadline that is not set. */
    public Deadline create(Consumer<CommandContext> action) {
        return new Deadline(this, action);
    }

    void add(long nanos, Deadline deadline) {
        queue.add(new Entry(nanos, order++, deadline));
    }

    /** Whether there is anything to be looked at, later or now. */
    public boolean isEmpty() {
        return queue.isEmpty();
    }

    /**
     * When {@link #run} is to be called next, by {@link Moment#nanos}; perhaps nothing happens
     * then. To be asked only if this is not {@linkplain #isEmpty empty}.
     */
    public long nextNanos() {
        return queue.element().nanos();
    }

    /** Has everything happen whose time has come. */
    public void run(CommandContext context) {
        long now = context.now().nanos();
        for (Deadline due = next(now); due != null; due = next(now)) {
            due.happen(context);
        }
    }

    private @Nullable Deadline next(long now) {
        Entry first = queue.peek();
        while (first != null && first.nanos() - now <= 0) {
            queue.remove();
            if (first.deadline().left(first.nanos())) {
                return first.deadline();
            }
            first = queue.peek();
        }
        return null;
    }
}
