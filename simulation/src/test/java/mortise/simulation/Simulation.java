package mortise.simulation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mortise.broker.request.RequestRouter;
import mortise.consensus.raft.RaftProvider;
import mortise.placement.spread.SpreadProvider;
import mortise.simulation.check.Ledger;
import mortise.simulation.check.Violation;
import mortise.simulation.client.ClientWorld;
import mortise.simulation.client.Clients;
import mortise.simulation.fault.FaultCount;
import mortise.simulation.fault.FaultKind;
import mortise.simulation.fault.Troubles;
import mortise.simulation.net.SimNetwork;
import mortise.simulation.world.Delays;
import mortise.simulation.world.Machine;
import mortise.simulation.world.Schedule;
import mortise.spi.Provider;
import mortise.storage.local.LocalStorageProvider;
import mortise.storage.memory.MemoryStorageProvider;
import org.jspecify.annotations.Nullable;

/**
 * One run: the whole broker, its clients, its network and its disk for a minute of virtual time, in
 * one thread and out of one seed.
 */
public final class Simulation implements ClientWorld, Host.Events, Faults.Lives {
    private static final long LAST_FAULT = Delays.seconds(34);
    private static final long LAST_WRITE = Delays.seconds(42);
    private static final long END = Delays.seconds(46);
    private static final long PATIENCE = Delays.seconds(120);
    private static final long STEP = Delays.millis(100);

    private final Schedule schedule;
    private final SimNetwork network;
    private final Ledger ledger = new Ledger();
    private final FaultCount count = new FaultCount();
    private final Troubles troubles;
    private final Clients clients;
    private final Host host;
    private final Faults faults;
    private final RandomGenerator random;
    private final boolean inMemory;
    private boolean serving;
    private boolean audited;

    /** What a run came to. */
    public record Result(
            String traceHash,
            long events,
            long virtualNanos,
            long acknowledged,
            long read,
            int lives,
            FaultCount faults) {}

    private Simulation(long seed, @Nullable Consumer<String> sink) {
        schedule = new Schedule(seed, sink);
        random = schedule.stream();
        troubles = new Troubles(schedule);
        network = new SimNetwork(schedule, troubles::any);
        inMemory = random.nextInt(10) == 0;
        host = new Host(schedule, seed, new Host.Plan(values(), Simulation::plugins), this);
        clients = new Clients(this, random);
        faults = new Faults(schedule, host, network, troubles, count, this);
        schedule.afterEach(this::afterEach);
    }

    /**
     * Runs a seed.
     *
     * @param sink takes the lines of the trace; null if nobody wants them
     * @throws SimulationFailure if anything was not as it must be
     */
    public static Result run(long seed, @Nullable Consumer<String> sink) {
        Violation.forgetAll();
        Simulation run = new Simulation(seed, sink);
        try {
            return run.run();
        } catch (RuntimeException | Error failure) {
            throw new SimulationFailure(seed, failure, run.schedule.trace().last());
        } finally {
            Violation.forgetAll();
        }
    }

    private static List<Provider<?>> plugins() {
        return List.of(
                new LocalStorageProvider(),
                new MemoryStorageProvider(),
                new RaftProvider(),
                new SpreadProvider());
    }

    /** Small bounds, so that a minute reaches them. */
    private Map<String, String> values() {
        Map<String, String> values = new TreeMap<>();
        values.put("plugins.storage", inMemory ? "memory" : "local");
        values.put("topics.auto-create", "false");
        values.put("log.retention-check-interval", (1 + random.nextInt(9)) + "s");
        values.put("partition.mailbox-commands", String.valueOf(1 + random.nextInt(16)));
        values.put("partition.mailbox-bytes", (1 + random.nextInt(32)) + "KiB");
        values.put("partition.drain-quota-commands", String.valueOf(1 + random.nextInt(8)));
        values.put("partition.drain-run-queue", String.valueOf(random.nextInt(4)));
        values.put("partition.append-set-batches", String.valueOf(1 + random.nextInt(8)));
        values.put("flush.threads-per-directory", String.valueOf(1 + random.nextInt(2)));
        values.put("fetch.session-slots", String.valueOf(1 + random.nextInt(8)));
        values.put("fetch.session-min-eviction", "1s");
        values.put("fetch.session-idle-timeout", "5s");
        if (!inMemory) {
            localStorage(values);
        }
        values.put("consensus.raft.segment-bytes", "4KiB");
        values.put("consensus.raft.snapshot-bytes", "8KiB");
        values.put("consensus.raft.snapshot-entries", String.valueOf(4 + random.nextInt(60)));
        return values;
    }

    private void localStorage(Map<String, String> values) {
        values.put("storage.local.open-files", String.valueOf(16 + random.nextInt(64)));
        values.put("storage.local.recent-window", (1 + random.nextInt(64)) + "KiB");
        values.put("storage.local.checkpoint-interval", (1 + random.nextInt(20)) + "s");
    }

    private Result run() {
        host.start();
        clients.start();
        faults.start(LAST_FAULT);
        schedule.runUntil(LAST_WRITE);
        await("the broker to serve", () -> serving && !troubles.any());
        clients.stopWriting();
        schedule.runUntil(Math.max(END, schedule.nanos()));
        await("the broker to serve", () -> serving);
        clients.stop();
        quiesce();
        Leaks.require(host, network);
        auditAgain();
        if (random.nextBoolean()) {
            restart();
        } else {
            kill();
        }
        audited = false;
        await("the broker to serve after the last start", () -> audited);
        return new Result(
                schedule.trace().hash(),
                schedule.events(),
                schedule.nanos(),
                ledger.acknowledged(),
                ledger.read(),
                host.life(),
                count);
    }

    /** Everything that connections left behind is looked for when it has had its time. */
    private void quiesce() {
        long calm = schedule.nanos() + Delays.seconds(12);
        schedule.runUntil(calm);
        await("every connection to be closed", () -> network.connections().isEmpty());
    }

    private void auditAgain() {
        audited = false;
        clients.audit(() -> audited = true);
        await("the audit", () -> audited);
    }

    private void await(String what, java.util.function.BooleanSupplier holds) {
        long until = schedule.nanos() + PATIENCE;
        while (!holds.getAsBoolean()) {
            if (schedule.nanos() >= until) {
                throw new Violation("stuck", "two minutes were not enough for " + what);
            }
            schedule.runUntil(schedule.nanos() + STEP);
        }
    }

    // ---- lives of the broker

    @Override
    public void serving(Machine machine, RequestRouter router) {
        schedule.trace().add("life " + host.life() + " serves");
        network.reserveFor(clients.nextAuditor());
        network.listen(machine, router);
        clients.audit(() -> {
            network.reserveFor(null);
            serving = true;
            audited = true;
        });
    }

    @Override
    public void leaving() {
        serving = false;
        network.refuse();
        network.connections().forEach(connection -> connection.leave());
    }

    @Override
    public void down(String why, @Nullable Throwable failure) {
        schedule.trace().add("the broker is down: " + why);
        if (!troubles.any() && !host.disk().lostPower()) {
            throw new Violation("down", why, failure);
        }
        schedule.in(
                Delays.millis(10),
                "ends what does not run",
                () -> {
                    if (host.running()) {
                        kill();
                    }
                });
    }

    private void afterEach() {
        Violation.rethrowFirst();
        noticePowerLoss();
    }

    private void noticePowerLoss() {
        if (host.machine() != null && host.disk().lostPower()) {
            count.met(FaultKind.POWER_LOSS_IN_A_CHANGE);
            cutPower();
        }
    }

    @Override
    public void kill() {
        boolean kept = host.kill();
        if (!kept) {
            ledger.powerLost();
        }
        ended(kept);
    }

    @Override
    public void cutPower() {
        host.cutPower();
        ledger.powerLost();
        ended(false);
    }

    private void ended(boolean machineTells) {
        if (inMemory) {
            ledger.storeLost();
        }
        serving = false;
        network.brokerDied(machineTells);
        startSoon();
    }

    private void startSoon() {
        schedule.in(
                Delays.between(random, Delays.millis(1), Delays.seconds(2)), "start", host::start);
    }

    @Override
    public void restart() {
        serving = false;
        host.stop(kept -> {
            if (!kept) {
                ledger.powerLost();
            }
            if (inMemory) {
                ledger.storeLost();
            }
            network.brokerDied(true);
            startSoon();
        });
    }

    @Override
    public boolean serving() {
        return serving;
    }

    // ---- what clients live in

    @Override
    public Schedule schedule() {
        return schedule;
    }

    @Override
    public SimNetwork network() {
        return network;
    }

    @Override
    public Ledger ledger() {
        return ledger;
    }

    @Override
    public RandomGenerator random() {
        return schedule.stream();
    }

    @Override
    public long lifeOfBroker() {
        return host.life();
    }

    @Override
    public boolean troubledSince(long nanos) {
        return !serving || troubles.since(nanos);
    }
}
