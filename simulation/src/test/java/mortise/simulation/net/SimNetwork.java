package mortise.simulation.net;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.random.RandomGenerator;
import mortise.broker.request.RequestRouter;
import mortise.simulation.world.Delays;
import mortise.simulation.world.Machine;
import mortise.simulation.world.Schedule;
import org.jspecify.annotations.Nullable;

/**
 * The network between the clients and the broker: connections that carry bytes, late, in pieces,
 * and with the faults that a run makes. It stands where listeners and Netty stand otherwise.
 */
public final class SimNetwork {
    private final Schedule schedule;
    private final RandomGenerator random;
    private final Weather weather = new Weather();
    private final List<SimConnection> open = new ArrayList<>();
    private final FrameCount frames = new FrameCount();
    private @Nullable Listener listener;
    private final BooleanSupplier excused;
    private @Nullable String only;
    private long connections;

    /** Where a broker answers. */
    private record Listener(Machine machine, RequestRouter router) {}

    /**
     * A network without a broker.
     *
     * @param excused whether a broker may fail at the moment in ways that nobody expects
     */
    public SimNetwork(Schedule schedule, BooleanSupplier excused) {
        this.excused = excused;
        this.schedule = schedule;
        this.random = schedule.stream();
    }

    /** Lets clients connect to a broker. */
    public void listen(Machine machine, RequestRouter router) {
        listener = new Listener(machine, router);
    }

    /** Lets only one client connect, or, with null, everybody. */
    public void reserveFor(@Nullable String client) {
        only = client;
    }

    /** Lets no client connect; connections that are open stay. */
    public void refuse() {
        listener = null;
    }

    /** Whether a broker takes connections. */
    public boolean listening() {
        return listener != null;
    }

    /** The conditions for everybody. */
    public Weather weather() {
        return weather;
    }

    /** The requests' frames that the broker holds. */
    public FrameCount frames() {
        return frames;
    }

    /** Connections that neither side has given up, oldest first. */
    public List<SimConnection> connections() {
        return List.copyOf(open);
    }

    /**
     * Connects a client.
     *
     * @return null if nobody listens
     */
    public @Nullable SimConnection connect(String client, ClientEnd end) {
        Listener now = listener;
        if (now == null || now.machine().dead() || (only != null && !only.equals(client))) {
            return null;
        }
        SimConnection connection =
                new SimConnection(this, schedule, schedule.stream(), ++connections, client, end);
        connection.accept(now.machine(), now.router());
        open.add(connection);
        return connection;
    }

    boolean excused() {
        return excused.getAsBoolean();
    }

    void gone(SimConnection connection) {
        open.remove(connection);
    }

    /**
     * The broker's process has ended: its machine tells the clients, or, without power, tells
     * nobody and the clients find out later.
     */
    public void brokerDied(boolean machineTells) {
        listener = null;
        for (SimConnection connection : connections()) {
            connection.brokerDied(
                    machineTells ? 0 : Delays.between(random, Delays.millis(1), Delays.seconds(3)));
        }
    }
}
