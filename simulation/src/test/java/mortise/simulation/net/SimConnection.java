package mortise.simulation.net;

import java.nio.ByteBuffer;
import java.util.random.RandomGenerator;
import mortise.broker.request.RequestRouter;
import mortise.simulation.world.Delays;
import mortise.simulation.world.Machine;
import mortise.simulation.world.Schedule;
import org.jspecify.annotations.Nullable;

/** A connection between a client and the broker: a pipe each way. */
public final class SimConnection {
    private static final long SHORTEST_NOTICE = Delays.seconds(5);
    private static final long LONGEST_NOTICE = Delays.seconds(25);

    private final SimNetwork network;
    private final Schedule schedule;
    private final RandomGenerator random;
    private final long id;
    private final String client;
    private final ClientEnd clientEnd;
    private final Pipe toBroker;
    private final Pipe toClient;
    private @Nullable BrokerEnd brokerEnd;
    private boolean clientOpen = true;
    private boolean brokerOpen = true;
    private boolean disturbed;

    SimConnection(
            SimNetwork network,
            Schedule schedule,
            RandomGenerator random,
            long id,
            String client,
            ClientEnd clientEnd) {
        this.network = network;
        this.schedule = schedule;
        this.random = random;
        this.id = id;
        this.client = client;
        this.clientEnd = clientEnd;
        this.toBroker =
                new Pipe(schedule, random, "> " + name(), network.weather(), new AtBroker());
        this.toClient =
                new Pipe(schedule, random, "< " + name(), network.weather(), new AtClient());
    }

    void accept(Machine machine, RequestRouter router) {
        brokerEnd = new BrokerEnd(this, machine, router, network.frames());
    }

    /** Its number among all. */
    public long id() {
        return id;
    }

    /** How the trace calls it. */
    public String name() {
        return "c" + id + "(" + client + ")";
    }

    SimNetwork network() {
        return network;
    }

    Schedule schedule() {
        return schedule;
    }

    RandomGenerator random() {
        return random;
    }

    /** Whether something was done to it, so that answers may rightly not come. */
    public boolean disturbed() {
        return disturbed;
    }

    /** The broker's bytes come here. */
    private final class AtBroker implements Pipe.Receiver {
        @Override
        public void received(byte[] bytes) {
            BrokerEnd end = brokerEnd;
            if (brokerOpen && end != null) {
                end.received(bytes);
            }
        }

        @Override
        public void ended() {
            closeAtBroker();
        }
    }

    /** The client's bytes come here. */
    private final class AtClient implements Pipe.Receiver {
        @Override
        public void received(byte[] bytes) {
            if (clientOpen) {
                clientEnd.received(bytes);
            }
        }

        @Override
        public void ended() {
            if (clientOpen) {
                clientOpen = false;
                toBroker.end();
                clientEnd.ended();
                checkGone();
            }
        }
    }

    /** The client sends a frame. */
    public void send(ByteBuffer frame) {
        byte[] bytes = new byte[frame.remaining()];
        frame.duplicate().get(bytes);
        toBroker.write(bytes);
    }

    /** The client closes it. */
    public void close() {
        if (clientOpen) {
            clientOpen = false;
            toBroker.end();
            checkGone();
        }
    }

    /** The broker sends bytes; false if nobody takes them any more. */
    boolean sendToClient(byte[] bytes) {
        if (brokerOpen) {
            toClient.write(bytes);
        }
        return brokerOpen;
    }

    /** The broker closes it, after what it has sent. */
    void closeAtBroker() {
        if (brokerOpen) {
            brokerOpen = false;
            toClient.end();
            BrokerEnd end = brokerEnd;
            if (end != null) {
                end.closed();
            }
            checkGone();
        }
    }

    private void checkGone() {
        if (!clientOpen && !brokerOpen) {
            network.gone(this);
        }
    }

    /** The broker leaves in an orderly way: what is in flight is answered first. */
    public void leave() {
        disturbed = true;
        BrokerEnd end = brokerEnd;
        if (end != null) {
            end.leave();
        }
    }

    // ---- faults

    /** Cuts it: both directions end after so many more bytes, at the latest after a while. */
    public void cut(long bytesToBroker, long bytesToClient) {
        disturbed = true;
        toBroker.cutAfter(bytesToBroker);
        toClient.cutAfter(bytesToClient);
        schedule.in(Delays.seconds(1), "cut " + name(), this::reset);
    }

    /** Resets it: both sides hear of it, each in its time. */
    public void reset() {
        disturbed = true;
        toBroker.end();
        toClient.end();
    }

    /** Lets it fall silent: the broker's side notices after a long while, the client by itself. */
    public void halfOpen() {
        disturbed = true;
        toBroker.fallSilent();
        toClient.fallSilent();
        schedule.in(
                Delays.between(random, SHORTEST_NOTICE, LONGEST_NOTICE),
                "keep-alive fails on " + name(),
                this::closeAtBroker);
    }

    /** The broker's process is gone. */
    void brokerDied(long noticeNanos) {
        disturbed = true;
        brokerOpen = false;
        BrokerEnd end = brokerEnd;
        if (end != null) {
            end.died();
        }
        if (noticeNanos > 0) {
            toClient.fallSilent();
        }
        schedule.in(
                noticeNanos,
                "reset " + name(),
                () -> {
                    if (clientOpen) {
                        clientOpen = false;
                        clientEnd.ended();
                    }
                    checkGone();
                });
    }
}
