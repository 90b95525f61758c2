package mortise.simulation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import mortise.broker.SimulatedBroker;
import mortise.broker.request.RequestRouter;
import mortise.simulation.check.Violation;
import mortise.simulation.world.Machine;
import mortise.simulation.world.Schedule;
import mortise.simulation.world.SimExecution;
import mortise.spi.Provider;
import mortise.tck.sim.SimDisk;
import org.jspecify.annotations.Nullable;

/**
 * The machine that the broker runs on, through all its lives: each begins on what the last left.
 */
final class Host {
    private final Schedule schedule;
    private final Plan plan;
    private final Events events;
    private SimDisk disk;
    private @Nullable Machine machine;
    private @Nullable SimulatedBroker broker;
    private int lives;
    private boolean cacheDistrusted;

    /** Hears what becomes of the broker. */
    interface Events {
        /** Clients may come. */
        void serving(Machine machine, RequestRouter router);

        /** Clients must go: the broker stops in an orderly way. */
        void leaving();

        /** It does not run: it could not start, or stopped by itself. */
        void down(String why, @Nullable Throwable failure);
    }

    /** What a broker is made of. */
    record Plan(Map<String, String> values, Supplier<List<Provider<?>>> plugins) {}

    Host(Schedule schedule, long seed, Plan plan, Events events) {
        this.schedule = schedule;
        this.plan = plan;
        this.events = events;
        this.disk = SimDisk.create(seed, schedule.clock());
    }

    SimDisk disk() {
        return disk;
    }

    /** Which life it is; grows with every end of the process. */
    int life() {
        return lives;
    }

    /** The broker, if its process is there. */
    @Nullable SimulatedBroker broker() {
        return broker;
    }

    @Nullable Machine machine() {
        return machine;
    }

    boolean running() {
        return machine != null && !machine.dead();
    }

    /** Starts the broker's process on what the disk holds. */
    void start() {
        Machine fresh = new Machine(schedule, disk, lives);
        machine = fresh;
        schedule.trace().add("start of life " + lives);
        SimulatedBroker starting =
                new SimulatedBroker(
                        plan.values(),
                        plan.plugins().get(),
                        directory(),
                        new SimExecution(fresh),
                        (self, router) -> events.serving(fresh, router),
                        events::leaving);
        broker = starting;
        starting.start()
                .whenComplete((running, failure) -> {
                    if (failure != null && machine == fresh && !fresh.dead()) {
                        events.down("could not start: " + failure.getMessage(), failure);
                    }
                });
        starting.stopped()
                .whenComplete((why, failure) -> {
                    if (why != null && machine == fresh && !fresh.dead()) {
                        events.down("stopped by itself: " + why, failure);
                    }
                });
    }

    private Path directory() {
        Path data = disk.fileSystem().getPath("/data");
        try {
            if (lives == 0) {
                Files.createDirectories(data);
                disk.syncAll();
            }
            return data;
        } catch (IOException failure) {
            throw new UncheckedIOException("a fresh disk takes no directory", failure);
        }
    }

    /**
     * After a force that failed the page cache shows what the medium lacks, and no later force
     * brings it there: whoever goes on with such a machine starts it anew.
     */
    void distrustCache() {
        cacheDistrusted = true;
    }

    /**
     * Ends the process; what it had written is there, unless the cache is not to be trusted.
     *
     * @return false if the power had to be cut
     */
    boolean kill() {
        if (cacheDistrusted) {
            cutPower();
            return false;
        }
        end();
        disk = disk.kill();
        return true;
    }

    /** Cuts the power; what it had not forced is there by chance. */
    void cutPower() {
        cacheDistrusted = false;
        end();
        disk = disk.crash();
    }

    private void end() {
        Machine ending = machine;
        if (ending == null) {
            throw new Violation("simulation", "a process was ended that was not there");
        }
        ending.die();
        machine = null;
        broker = null;
        lives++;
    }

    /**
     * Stops the broker in an orderly way, and then its process.
     *
     * @param stopped hears whether what it had written is there
     */
    void stop(Consumer<Boolean> stopped) {
        SimulatedBroker stopping = broker;
        Machine of = machine;
        if (stopping == null || of == null) {
            throw new Violation("simulation", "a process was stopped that was not there");
        }
        stopping.close()
                .whenComplete((why, failure) -> {
                    if (machine == of && !of.dead()) {
                        stopped.accept(kill());
                    }
                });
    }
}
