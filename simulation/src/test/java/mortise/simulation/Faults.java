package mortise.simulation;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import mortise.simulation.fault.FaultCount;
import mortise.simulation.fault.FaultKind;
import mortise.simulation.fault.Troubles;
import mortise.simulation.net.SimConnection;
import mortise.simulation.net.SimNetwork;
import mortise.simulation.world.Delays;
import mortise.simulation.world.Machine;
import mortise.simulation.world.Schedule;
import mortise.tck.sim.DiskOperation;
import mortise.tck.sim.Fault;
import mortise.tck.sim.SimDisk;

/** Makes the faults of a run, out of its seed, and counts those that were felt. */
final class Faults {
    private static final long AFTERMATH = Delays.seconds(12);
    private static final long PAGE = 4_096;
    private static final Set<FaultKind> NETWORK =
            EnumSet.of(FaultKind.CUT, FaultKind.RESET, FaultKind.HALF_OPEN, FaultKind.DELAY);
    private static final Set<FaultKind> ENDS =
            EnumSet.of(
                    FaultKind.KILL,
                    FaultKind.POWER_LOSS,
                    FaultKind.POWER_LOSS_IN_A_CHANGE,
                    FaultKind.RESTART);

    private final Schedule schedule;
    private final RandomGenerator random;
    private final Host host;
    private final SimNetwork network;
    private final Troubles troubles;
    private final FaultCount count;
    private final Lives lives;
    private final List<FaultKind> kinds;
    private final long pauseNanos;

    /** Ends and begins lives of the broker. */
    interface Lives {
        void kill();

        void cutPower();

        void restart();

        boolean serving();
    }

    Faults(
            Schedule schedule,
            Host host,
            SimNetwork network,
            Troubles troubles,
            FaultCount count,
            Lives lives) {
        this.schedule = schedule;
        this.random = schedule.stream();
        this.host = host;
        this.network = network;
        this.troubles = troubles;
        this.count = count;
        this.lives = lives;
        this.kinds = choose();
        this.pauseNanos = Delays.millis(1_500 + random.nextInt(8_000));
    }

    /** Some runs have no faults, some only those of the network, some everything. */
    private List<FaultKind> choose() {
        return switch (random.nextInt(6)) {
            case 0 -> List.of();
            case 1 -> List.copyOf(NETWORK);
            case 2 -> List.copyOf(ENDS);
            case 3 -> some();
            default -> List.of(FaultKind.values());
        };
    }

    private List<FaultKind> some() {
        List<FaultKind> some = new ArrayList<>();
        for (FaultKind kind : FaultKind.values()) {
            if (random.nextInt(3) == 0) {
                some.add(kind);
            }
        }
        return some;
    }

    /** Begins to make faults, until a moment. */
    void start(long untilNanos) {
        if (!kinds.isEmpty()) {
            next(untilNanos);
        }
    }

    private void next(long untilNanos) {
        schedule.in(
                Delays.between(random, pauseNanos / 6, pauseNanos * 2),
                "fault",
                () -> {
                    if (schedule.nanos() < untilNanos) {
                        make(kinds.get(random.nextInt(kinds.size())));
                        next(untilNanos);
                    }
                });
    }

    private void make(FaultKind kind) {
        if (!lives.serving()) {
            return;
        }
        schedule.trace().add("fault " + kind);
        switch (kind) {
            case CUT, RESET, HALF_OPEN -> disturb(kind);
            case DELAY -> delay();
            case KILL -> {
                count.met(kind);
                lives.kill();
            }
            case POWER_LOSS -> {
                count.met(kind);
                lives.cutPower();
            }
            case POWER_LOSS_IN_A_CHANGE -> host.disk().cutPowerAfter(random.nextInt(40));
            case FULL_DISK -> fill();
            case FAILING_WRITES -> fail(kind, DiskOperation.WRITE);
            case FAILING_FORCES -> fail(kind, DiskOperation.FORCE);
            case FAILING_READS -> fail(kind, DiskOperation.READ);
            case SLOW_DISK -> slowDown();
            case CLOCK_JUMP -> jump();
            case RESTART -> {
                count.met(kind);
                lives.restart();
            }
        }
    }

    // ---- network

    private void disturb(FaultKind kind) {
        List<SimConnection> open = network.connections();
        if (open.isEmpty()) {
            return;
        }
        SimConnection victim = open.get(random.nextInt(open.size()));
        count.met(kind);
        switch (kind) {
            case CUT -> victim.cut(random.nextInt(600), random.nextInt(3_000));
            case RESET -> victim.reset();
            default -> victim.halfOpen();
        }
    }

    private void delay() {
        count.met(FaultKind.DELAY);
        network.weather().delay(Delays.millis(1 + random.nextInt(400)));
        schedule.in(
                Delays.millis(random.nextInt(4_000)),
                "delay ends",
                () -> network.weather().delay(0));
    }

    // ---- disk

    private void fill() {
        SimDisk disk = host.disk();
        disk.limit(disk.usedBytes() + random.nextLong(6) * PAGE);
        troubles.begin();
        schedule.in(
                Delays.millis(200 + random.nextInt(5_000)),
                "space returns",
                () -> {
                    if (disk.usableBytes() < PAGE) {
                        count.met(FaultKind.FULL_DISK);
                    }
                    disk.limit(Long.MAX_VALUE);
                    host.disk().limit(Long.MAX_VALUE);
                    troubles.end(AFTERMATH);
                });
    }

    /**
     * What failed stays out of service until the broker starts again; and after a force that failed
     * nothing that the page cache says can be believed, so that the power goes as well.
     */
    private void fail(FaultKind kind, DiskOperation operation) {
        boolean everything = random.nextInt(3) == 0;
        int pick = random.nextInt();
        Predicate<Path> paths =
                path -> everything || ((path.toString().hashCode() ^ pick) & 3) == 0;
        Fault fault =
                host.disk()
                        .fail(EnumSet.of(operation), paths, new IOException("Input/output error"));
        Machine of = host.machine();
        if (operation == DiskOperation.FORCE) {
            host.distrustCache();
        }
        troubles.begin();
        schedule.in(
                Delays.millis(50 + random.nextInt(2_000)),
                "disk " + kind + " ends",
                () -> {
                    fault.heal();
                    if (fault.met() > 0) {
                        count.met(kind);
                    }
                    if (host.machine() == of && lives.serving()) {
                        lives.kill();
                    }
                    troubles.end(AFTERMATH);
                });
    }

    private void slowDown() {
        long most = Delays.millis(1 + random.nextInt(60));
        Fault slow =
                host.disk()
                        .beforeEach(
                                EnumSet.of(
                                        DiskOperation.WRITE,
                                        DiskOperation.READ,
                                        DiskOperation.FORCE),
                                path -> true,
                                () ->
                                        schedule.clock()
                                                .pass(
                                                        Duration.ofNanos(
                                                                Delays.between(
                                                                        random, 1_000, most))));
        troubles.begin();
        schedule.in(
                Delays.millis(random.nextInt(3_000)),
                "disk is quick again",
                () -> {
                    slow.heal();
                    if (slow.met() > 0) {
                        count.met(FaultKind.SLOW_DISK);
                    }
                    troubles.end(AFTERMATH);
                });
    }

    // ---- clock

    private void jump() {
        count.met(FaultKind.CLOCK_JUMP);
        long most = Duration.ofHours(2).toMillis();
        schedule.clock().setWall(schedule.clock().wallMillis() + random.nextLong(-most, most));
    }
}
