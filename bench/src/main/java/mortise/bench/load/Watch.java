package mortise.bench.load;

import java.io.IOException;
import java.util.Optional;
import mortise.api.Clock;
import mortise.bench.machine.MachineUse;
import mortise.bench.machine.ProcessCost;
import mortise.bench.machine.Stages;
import mortise.bench.machine.Stalls;
import org.HdrHistogram.Histogram;

/**
 * Looks at the machine and at the processes while a run is measured, and closes the intervals of
 * its series, once a second.
 */
final class Watch implements Runnable {
    private static final long TICK_NANOS = 1_000_000_000;

    private final Run run;
    private final LoadedBroker target;
    private final DiskWatch disk;
    private final Stalls stalls;
    private final Progress progress;
    private final int processors = Runtime.getRuntime().availableProcessors();
    private long mostResident;
    private volatile Optional<Stages> stagesBefore = Optional.empty();
    private volatile Optional<Stages> stagesAfter = Optional.empty();
    private volatile Snapshot first;
    private volatile Snapshot last;

    private record Snapshot(
            long nanos,
            long wallMillis,
            MachineUse machine,
            ProcessCost driver,
            Optional<ProcessCost> broker,
            Histogram stallMicros) {}

    Watch(Run run, LoadedBroker target, DiskWatch disk, Stalls stalls, Progress progress) {
        this.run = run;
        this.disk = disk;
        this.target = target;
        this.stalls = stalls;
        this.progress = progress;
        first = snapshot();
        last = first;
    }

    private Snapshot snapshot() {
        Clock clock = run.clock();
        Optional<ProcessCost> broker =
                target.pid().isPresent()
                        ? Optional.of(ProcessCost.of(target.pid().getAsLong()))
                        : Optional.empty();
        broker.ifPresent(cost -> mostResident = Math.max(mostResident, cost.residentBytes()));
        return new Snapshot(
                clock.nanoTime(),
                clock.wallMillis(),
                MachineUse.now(),
                ProcessCost.of(ProcessHandle.current().pid()),
                broker,
                stalls.lateMicros());
    }

    @Override
    public void run() {
        try {
            run.await(run.window().fromNanos() - disk.lookNanos());
            disk.begins();
            run.await(run.window().fromNanos());
            stagesBefore = target.metrics().flatMap(Stages::read);
            first = snapshot();
            long next = run.window().fromNanos() + TICK_NANOS;
            while (!run.isOver()) {
                run.awaitWithin(next);
                last = snapshot();
                long now = run.clock().nanoTime();
                Run.Notes notes = run.notes();
                Series.Interval produced = notes.produced().tick(now);
                Series.Interval consumed = notes.consumed().tick(now);
                notes.producedBeside().tick(now);
                notes.committed().tick(now);
                notes.caughtUp().tick(now);
                progress.second(run.window().second(now), produced, consumed);
                next += TICK_NANOS;
            }
            disk.ends();
            stagesAfter = target.metrics().flatMap(Stages::read);
        } catch (IOException | RuntimeException gone) {
            run.notes().failures().note("watching the broker", gone);
        }
    }

    /** Takes in what came back after the window. */
    void closeIntervals() {
        long now = run.clock().nanoTime();
        run.notes().series().forEach(series -> series.tick(now));
    }

    /** What was used from the beginning of the window to its end. */
    Use use() {
        double seconds = Math.max(1, last.nanos - first.nanos) / 1e9;
        MachineUse machine = last.machine.since(first.machine);
        ProcessCost driver = last.driver.since(first.driver);
        Optional<ProcessCost> before = first.broker;
        Optional<ProcessCost> broker =
                last.broker.flatMap(
                        now -> before.map(then -> now.since(then).withResident(mostResident)));
        double own = driver.cpuSeconds() + broker.map(ProcessCost::cpuSeconds).orElse(0.0);
        Histogram stallMicros = last.stallMicros.copy();
        stallMicros.subtract(first.stallMicros);
        return new Use(
                broker,
                driver,
                Math.max(0, machine.busySeconds() - own) / seconds / processors,
                machine.stolenSeconds() / seconds / processors,
                Math.abs((last.wallMillis - first.wallMillis) / 1e3 - seconds),
                stallMicros,
                stagesAfter.flatMap(after -> stagesBefore.map(after::since)));
    }
}
