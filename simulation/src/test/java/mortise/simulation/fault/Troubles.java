package mortise.simulation.fault;

import mortise.simulation.world.Schedule;

/** When something was wrong that excuses a broker for being late or refusing. */
public final class Troubles {
    private final Schedule schedule;
    private int now;
    private long lastEndNanos = Long.MIN_VALUE;

    /** A time without troubles. */
    public Troubles(Schedule schedule) {
        this.schedule = schedule;
    }

    /** One begins. */
    public void begin() {
        now++;
    }

    /** One ends; its consequences do so a while later. */
    public void end(long aftermathNanos) {
        now--;
        lastEndNanos = Math.max(lastEndNanos, schedule.nanos() + aftermathNanos);
    }

    /** Whether there is one now. */
    public boolean any() {
        return now > 0 || lastEndNanos >= schedule.nanos();
    }

    /** Whether there was one at any time since. */
    public boolean since(long nanos) {
        return now > 0 || lastEndNanos >= nanos;
    }
}
