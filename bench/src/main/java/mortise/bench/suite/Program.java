package mortise.bench.suite;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import mortise.api.Clock;
import mortise.bench.load.Acknowledgements;
import mortise.bench.load.TopicCreation;
import mortise.bench.system.FlightRecording;
import mortise.bench.system.RunningSubject;
import mortise.bench.workload.Workload;
import mortise.client.BrokerConnection;
import mortise.client.Cluster;

/**
 * A row of the suite that is no workload: something is done to a system, and what that takes is
 * noted.
 *
 * @param targets what the ratio to the peer is to be, by the figure's name
 */
record Program(String name, String title, Map<String, Target> targets, Deed deed) {
    private static final String TOPIC = "bench";
    private static final int MANY = 2_000;
    private static final int FOOTPRINT = 1_000;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final double IDLE_SECONDS = 5;

    /** What is done, to a system that was just started on an empty directory. */
    @FunctionalInterface
    interface Deed {
        void run(RunningSubject running, Clock clock, Noter noter)
                throws IOException, InterruptedException;
    }

    /** Takes a figure down; less of it is better. */
    @FunctionalInterface
    interface Noter {
        void note(String figure, String unit, double value);
    }

    static List<Program> all() {
        return List.of(
                new Program(
                        "start",
                        "cold start on an empty directory to the first acknowledged record, and idle memory",
                        Map.of(
                                "to the first acknowledged record", Target.parse("<= 0.12"),
                                "CPU until then", Target.parse("<= 0.12"),
                                "resident memory, idle", Target.parse("<= 0.2")),
                        Program::start),
                new Program(
                        "restart-1gb",
                        "1 GB in 6 partitions: restart to a record acknowledged in each",
                        Map.of(
                                "after kill -9", Target.parse("<= 0.1"),
                                "after a clean stop", Target.parse("<= 0.15"),
                                "clean stop", Target.parse("<= 1")),
                        Program::restart),
                new Program(
                        "partitions-2000",
                        "2,000 partitions in one topic, until a record is acknowledged in each",
                        Map.of(
                                "create call", Target.parse("<= 1"),
                                "all acknowledged once", Target.parse("<= 0.1"),
                                "all acknowledged after a clean restart", Target.parse("<= 0.08"),
                                "all acknowledged after kill -9", Target.parse("<= 0.08")),
                        Program::manyPartitions),
                new Program(
                        "footprint",
                        "what a topic of 1,000 partitions and 1,000 idle connections add",
                        Map.of(),
                        Program::footprint),
                new Program(
                        "allocation",
                        "heap allocated per produced byte, 10 GB in batches of 63 KiB, after 2 GB",
                        Map.of("heap bytes per produced byte", Target.parse("<= 1")),
                        Program::allocation));
    }

    private static Workload workload(int partitions, String preload) {
        return Workload.of(
                "suite",
                Map.of(
                        "driver", "raw",
                        "topic.partitions", Integer.toString(partitions),
                        "topic.preload", preload,
                        "producers.request-records", "60",
                        "record.size", "1KiB"));
    }

    private static void footprint(RunningSubject running, Clock clock, Noter noter)
            throws IOException {
        List<BrokerConnection> connections = new ArrayList<>();
        try (Cluster cluster = running.connect()) {
            TopicCreation.create(cluster, TOPIC, 1, Map.of());
            idle(clock);
            double before = running.cost().residentMegabytes();
            TopicCreation.create(cluster, "many", FOOTPRINT, Map.of());
            idle(clock);
            double partitions = running.cost().residentMegabytes();
            noter.note("1,000 partitions add", "MB", partitions - before);
            for (int i = 0; i < FOOTPRINT; i++) {
                connections.add(BrokerConnection.open(running.address(), "idle-" + i, PATIENCE));
            }
            idle(clock);
            noter.note(
                    "1,000 connections add", "MB", running.cost().residentMegabytes() - partitions);
        } finally {
            connections.forEach(BrokerConnection::close);
        }
    }

    private static void allocation(RunningSubject running, Clock clock, Noter noter)
            throws IOException, InterruptedException {
        Workload warmUp = workload(6, "2GB");
        Workload measured = workload(6, "10GB");
        try (Cluster cluster = running.connect()) {
            TopicCreation.create(
                    cluster,
                    TOPIC,
                    6,
                    Map.of("segment.bytes", "268435456", "retention.bytes", "268435456"));
        }
        Acknowledgements.preload(warmUp, running.address(), TOPIC, clock);
        FlightRecording recording = FlightRecording.start(running.pid());
        Acknowledgements.preload(measured, running.address(), TOPIC, clock);
        noter.note(
                "heap bytes per produced byte",
                "bytes",
                (double) recording.stop() / measured.topic().preload().bytes());
    }

    private static void start(RunningSubject running, Clock clock, Noter noter) throws IOException {
        try (Cluster cluster = running.connect()) {
            TopicCreation.create(cluster, TOPIC, 1, Map.of());
        }
        Acknowledgements.await(workload(1, "0B"), running.address(), TOPIC, clock);
        noter.note("to the first acknowledged record", "s", running.secondsSinceStart());
        noter.note("CPU until then", "s", running.cost().cpuSeconds());
        idle(clock);
        noter.note("resident memory, idle", "MB", running.cost().residentMegabytes());
    }

    private static void idle(Clock clock) {
        long until = clock.nanoTime() + (long) (IDLE_SECONDS * 1e9);
        while (clock.nanoTime() - until < 0) {
            LockSupport.parkNanos(until - clock.nanoTime());
        }
    }

    private static void restart(RunningSubject running, Clock clock, Noter noter)
            throws IOException, InterruptedException {
        Workload workload = workload(6, "1GB");
        try (Cluster cluster = running.connect()) {
            TopicCreation.create(cluster, TOPIC, 6, Map.of());
        }
        Acknowledgements.preload(workload, running.address(), TOPIC, clock);
        running.killAndRestart();
        served(workload, running, clock, noter, "after kill -9");
        noter.note("clean stop", "s", running.stopAndRestart());
        served(workload, running, clock, noter, "after a clean stop");
    }

    private static void served(
            Workload workload, RunningSubject running, Clock clock, Noter noter, String what)
            throws IOException {
        running.connect().close();
        Acknowledgements.await(workload, running.address(), TOPIC, clock);
        noter.note(what, "s", running.secondsSinceStart());
        noter.note(what + ", CPU", "s", running.cost().cpuSeconds());
    }

    private static void manyPartitions(RunningSubject running, Clock clock, Noter noter)
            throws IOException, InterruptedException {
        Workload workload = workload(MANY, "0B");
        try (Cluster cluster = running.connect()) {
            TopicCreation.create(cluster, "warm-up", 1, Map.of());
            long begun = clock.nanoTime();
            TopicCreation.create(cluster, TOPIC, MANY, Map.of());
            noter.note("create call", "s", (clock.nanoTime() - begun) / 1e9);
            Acknowledgements.await(workload, running.address(), TOPIC, clock);
            noter.note("all acknowledged once", "s", (clock.nanoTime() - begun) / 1e9);
        }
        noter.note("resident memory", "MB", running.cost().residentMegabytes());
        running.stopAndRestart();
        served(workload, running, clock, noter, "all acknowledged after a clean restart");
        running.killAndRestart();
        served(workload, running, clock, noter, "all acknowledged after kill -9");
    }
}
