package mortise.simulation.client;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import mortise.simulation.world.Delays;

/** Everybody who uses the broker in a run. */
public final class Clients {
    private final ClientWorld world;
    private final List<SimClient> all = new ArrayList<>();
    private int audits;

    /** Clients that a seed chooses. */
    public Clients(ClientWorld world, RandomGenerator random) {
        this.world = world;
        int number = 0;
        int administrators = 1 + random.nextInt(3);
        for (int i = 0; i < administrators; i++) {
            all.add(new Administrator(world, number++));
        }
        int idempotent = 1 + random.nextInt(3);
        for (int i = 0; i < idempotent; i++) {
            all.add(
                    new Producer(
                            world,
                            number++,
                            new Producer.Style(
                                    true, (short) -1, 1 + random.nextInt(5), pause(random))));
        }
        int plain = 1 + random.nextInt(3);
        for (int i = 0; i < plain; i++) {
            all.add(
                    new Producer(
                            world,
                            number++,
                            new Producer.Style(
                                    false,
                                    (short) (random.nextInt(3) - 1),
                                    1 + random.nextInt(4),
                                    pause(random))));
        }
        int consumers = 1 + random.nextInt(3);
        for (int i = 0; i < consumers; i++) {
            all.add(
                    new Consumer(
                            world,
                            number++,
                            new Consumer.Style(
                                    random.nextInt(4) > 0, 200 + random.nextInt(20_000))));
        }
    }

    private static long pause(RandomGenerator random) {
        return Delays.millis(20 + random.nextInt(300));
    }

    /** Lets them begin. */
    public void start() {
        all.forEach(SimClient::start);
    }

    /** Lets nobody write or change anything any more; who reads goes on. */
    public void stopWriting() {
        all.stream().filter(client -> !(client instanceof Consumer)).forEach(SimClient::stop);
    }

    /** Lets everybody go. */
    public void stop() {
        all.forEach(SimClient::stop);
    }

    /** The name of the next auditor, for whom the broker may be reserved. */
    public String nextAuditor() {
        return "auditor" + audits;
    }

    /** Has everything read and held against what was promised. */
    public void audit(Runnable done) {
        new Auditor(world, "auditor" + audits++, done).start();
    }
}
