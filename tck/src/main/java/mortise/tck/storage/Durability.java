package mortise.tck.storage;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Which states a log may be in after a crash: what was synced last and what was done to it since,
 * step by step. Confined to the run that owns it.
 */
final class Durability {
    private final List<Step> steps = new ArrayList<>();
    private long time;

    /**
     * A state the log was in.
     *
     * @param time when, counted in changes
     */
    record Step(long time, LogState state) {}

    Durability(LogState recovered) {
        steps.add(new Step(0, recovered));
    }

    /** The latest state. */
    LogState now() {
        return steps.getLast().state();
    }

    /** The number of changes so far. */
    long time() {
        return time;
    }

    /** What the log may hold, oldest first. */
    List<Step> steps() {
        return List.copyOf(steps);
    }

    /** The log changed; a crash may undo it. */
    void changed(LogState state) {
        steps.add(new Step(++time, state));
    }

    /** The same state, known better. */
    void refined(LogState state) {
        steps.set(steps.size() - 1, new Step(steps.getLast().time(), state));
    }

    /** A time that is later than every change so far, for something beside the log. */
    long tick() {
        return ++time;
    }

    /**
     * Batches go from the end. A crash may leave some of them, but none without those before it.
     */
    void truncated(LogState state) {
        LogState before = now();
        for (int kept = before.batches().size() - 1; kept > state.batches().size(); kept--) {
            changed(before.truncateTo(before.batches().get(kept).baseOffset()));
        }
        changed(state);
    }

    /** Everything that the log was when the sync began survives. */
    void synced() {
        Step last = steps.getLast();
        steps.clear();
        steps.add(last);
    }

    /** The start moves up durably, whatever else a crash undoes. */
    void startAdvanced(long offset) {
        if (offset <= now().start()) {
            return;
        }
        time++;
        steps.replaceAll(step -> new Step(step.time(), step.state().advanceStart(offset)));
        steps.add(new Step(time, steps.getLast().state()));
    }

    /** The start may have moved up: the call did not return. */
    void startMayHaveAdvanced(long offset) {
        for (Step step : steps()) {
            steps.add(new Step(step.time(), step.state().advanceStart(offset)));
        }
    }

    /** Batches went durably, whatever else a crash undoes. */
    void compacted(Predicate<SampleBatch> gone) {
        time++;
        steps.replaceAll(step -> new Step(step.time(), step.state().without(gone)));
        steps.add(new Step(time, steps.getLast().state()));
    }

    /** Batches may have gone: the call did not return. */
    void mayBeCompacted(Predicate<SampleBatch> gone) {
        for (Step step : steps()) {
            steps.add(new Step(step.time(), step.state().without(gone)));
        }
    }

    /** The store said that it is durable up to this offset: no batch below it may be lost. */
    void claimed(long durableEnd) {
        List<SampleBatch> safe =
                now().batches().stream().filter(batch -> batch.lastOffset() < durableEnd).toList();
        while (steps.size() > 1 && !steps.getFirst().state().batches().containsAll(safe)) {
            steps.removeFirst();
        }
    }
}
