package mortise.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import mortise.api.Clock;
import mortise.client.BrokerErrorException;
import mortise.client.Cluster;
import mortise.client.Topics;

/**
 * What every comparison works with: the systems, which take turns round by round, a fresh process
 * and a fresh directory each time, and the figures that come of it.
 *
 * @param subjects the systems, the one that ratios are of first
 * @param work where data directories are made
 * @param length how often and for how long is measured
 * @param core the processor to pin systems to, or -1
 */
record Bench(
        List<Subject> subjects, Path work, Length length, int core, Clock clock, Figures figures) {
    /** The topic that everything is produced to. */
    static final String TOPIC = "bench";

    /**
     * How often and for how long is measured.
     *
     * @param rounds how many measurements of each system
     * @param seconds how long one measurement takes
     * @param warmUpSeconds how long a system is under load before; a JVM compiles for its first
     *     seconds
     */
    record Length(int rounds, double seconds, double warmUpSeconds) {}

    private static final int PORT = 29_192;
    private static final int PORTS_EACH = 2;

    /** A comparison that is ready to run. */
    interface Comparison {
        void run() throws IOException, InterruptedException;
    }

    /** One round's work. */
    interface Round {
        /** Measures each system of the turn, in its order. */
        void run(List<Subject> turn) throws IOException, InterruptedException;
    }

    /**
     * Runs all rounds and prints the figures after each. Every other round goes the other way
     * round: what a system finds (memory that the one before it gave back, a disk that still
     * writes) depends on its place.
     */
    void run(Round round) throws IOException, InterruptedException {
        for (int number = 1; number <= length.rounds(); number++) {
            round.run(number % 2 == 1 ? subjects : subjects.reversed());
            print("round " + number + " of " + length.rounds());
        }
    }

    /** Starts a system on an empty directory. */
    RunningSubject start(Subject subject) throws IOException, InterruptedException {
        return start(subject, 0);
    }

    /**
     * The same beside others.
     *
     * @param place how many others there are
     */
    RunningSubject start(Subject subject, int place) throws IOException, InterruptedException {
        return RunningSubject.start(subject, work, PORT + PORTS_EACH * place, core, clock);
    }

    /** Creates the topic and waits until every partition has a leader. */
    static void createTopic(
            Cluster cluster, String name, int partitions, Map<String, String> configuration) {
        Topics topics = new Topics(cluster);
        for (int attempt = 1; ; attempt++) {
            try {
                topics.create(name, partitions, 1, configuration);
                break;
            } catch (BrokerErrorException notReady) {
                if (!notReady.error().retriable() || attempt == 1_000) {
                    throw notReady;
                }
                LockSupport.parkNanos(2_000_000);
            }
        }
        for (int attempt = 1; attempt < 1_000; attempt++) {
            if (topics.describe(name).partitions().stream()
                    .allMatch(partition -> partition.leaderId() >= 0)) {
                return;
            }
            LockSupport.parkNanos(2_000_000);
        }
        throw new IllegalStateException("the partitions of " + name + " have no leaders");
    }

    /** Lets the systems be for a while. */
    void idle() {
        long until = clock.nanoTime() + (long) (length.seconds() * 1e9);
        while (clock.nanoTime() < until) {
            LockSupport.parkNanos(until - clock.nanoTime());
        }
    }

    /** Prints the figures so far, with how busy the machine is. */
    void print(String after) throws IOException {
        String load = Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0];
        System.out.println(
                "after "
                        + after
                        + " (load "
                        + load
                        + ", durability class A, replication factor 1): median (range)");
        System.out.println(figures.table());
    }
}
