package mortise.bench.load;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import mortise.api.Clock;
import mortise.api.HostPort;
import mortise.bench.machine.Stalls;
import mortise.bench.workload.Rate;
import mortise.bench.workload.UsageException;
import mortise.bench.workload.Workload;
import mortise.client.BrokerConnection;
import mortise.client.BrokerErrorException;
import mortise.client.Cluster;
import mortise.client.ConnectionFailedException;
import mortise.client.Topics;
import mortise.wire.ApiKey;

/** Puts a broker under a workload and says what came of it. */
public final class LoadRun {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** A driver's thread that works more of the time than this may be what is measured. */
    private static final double BUSY = 0.95;

    /** A rate of which more than this comes back was kept. */
    private static final double KEPT = 0.98;

    private final Workload workload;
    private final LoadedBroker target;
    private final HostPort address;
    private final Clock clock;
    private final Progress progress;

    /** Prepares a run. */
    public LoadRun(Workload workload, LoadedBroker target, Clock clock, Progress progress) {
        this.workload = workload;
        this.target = target;
        this.address = target.address();
        this.clock = clock;
        this.progress = progress;
    }

    /**
     * Runs it: makes the topic, fills it as far as the workload says, and puts the load on.
     *
     * @throws UsageException if nobody answers at the address, or the broker lacks what is asked
     */
    public Outcome run() throws IOException, InterruptedException {
        String topic = "bench-" + Long.toString(clock.wallMillis(), Character.MAX_RADIX);
        checkThatItServes();
        try (Cluster cluster = Cluster.connect(address, "bench", PATIENCE)) {
            List<Run> runs = runs(topic);
            DiskWatch disk = new DiskWatch(runs, target.data());
            for (Run run : runs) {
                Workload.Topic wanted = run.workload().topic();
                TopicCreation.create(cluster, run.topic(), wanted.partitions(), wanted.config());
                Preload.fill(run.workload(), address, run.topic(), clock);
            }
            disk.forgetPreloads();
            Outcome outcome = loaded(runs, disk);
            runs.forEach(run -> delete(cluster, run.topic()));
            return outcome;
        } catch (ConnectionFailedException unreachable) {
            throw nobody(unreachable);
        } catch (BrokerErrorException refused) {
            throw new UsageException(
                    "the broker at " + address + " refused: " + refused.getMessage());
        }
    }

    /** Runs it against what answers requests and knows nothing else: there is no topic to make. */
    public Outcome runBare() throws IOException, InterruptedException {
        List<Run> runs = runs("floor");
        return loaded(runs, new DiskWatch(runs, Optional.empty()));
    }

    /** The workload itself, and what goes on beside it, in the same window. */
    private List<Run> runs(String topic) {
        Window window = new Window();
        Run main = new Run(workload, address, topic, window, Run.Notes.of(window), clock);
        List<Run> runs = new ArrayList<>(List.of(main));
        workload.beside()
                .ifPresent(beside ->
                        runs.add(
                                new Run(
                                        beside,
                                        address,
                                        topic + "-beside",
                                        window,
                                        main.notes().beside(),
                                        clock)));
        return runs;
    }

    private static void delete(Cluster cluster, String topic) {
        try {
            new Topics(cluster).delete(topic);
        } catch (BrokerErrorException | ConnectionFailedException left) {
            System.err.println("bench: topic " + topic + " is left behind: " + left.getMessage());
        }
    }

    private void checkThatItServes() {
        try (BrokerConnection connection = BrokerConnection.open(address, "bench", PATIENCE)) {
            if (workload.consumers().groups() > 0) {
                require(connection, ApiKey.JOIN_GROUP, "consumers.groups");
            }
            if (workload.producers().sending().transactionRecords() > 0) {
                require(connection, ApiKey.END_TXN, "producers.transaction-records");
            }
        } catch (ConnectionFailedException unreachable) {
            throw nobody(unreachable);
        }
    }

    /** Why nobody answers; what to do about it is said in the bench's own words. */
    private UsageException nobody(ConnectionFailedException unreachable) {
        String why = String.valueOf(unreachable.getMessage()).replaceFirst("; .*", "");
        return new UsageException(
                "no broker answers at " + address + ": " + why + "; start one, or name another");
    }

    private void require(BrokerConnection connection, ApiKey api, String key) {
        if (connection.version(api) == null) {
            throw new UsageException(
                    "the broker at "
                            + address
                            + " does not serve "
                            + api
                            + ", which "
                            + key
                            + " needs");
        }
    }

    private Outcome loaded(List<Run> runs, DiskWatch disk)
            throws IOException, InterruptedException {
        Run run = runs.getFirst();
        try (Stalls stalls = Stalls.watching(clock);
                Load load = load(runs)) {
            load.prepare();
            run.window()
                    .open(
                            clock.nanoTime() + workload.measuring().warmUp().toNanos(),
                            workload.measuring().duration());
            load.begin();
            Watch watch = new Watch(run, target, disk, stalls, progress);
            Thread watching = Thread.ofPlatform().daemon().name("bench-watch").start(watch);
            load.finish();
            watching.join();
            watch.closeIntervals();
            return outcome(run, watch.use(), disk.seen());
        }
    }

    private static Load load(List<Run> runs) throws IOException {
        return switch (runs.getFirst().workload().measuring().driver()) {
            case JAVA -> new JavaLoad(runs.getFirst());
            case RAW -> new RawLoad(runs);
        };
    }

    private Outcome outcome(Run run, Use use, Outcome.OnDisk onDisk) {
        Run.Notes notes = run.notes();
        List<String> failures = new ArrayList<>(notes.failures().all());
        List<String> marks = new ArrayList<>(use.marks());
        List<Series.Measured> series =
                notes.series().stream()
                        .map(Series::measured)
                        .filter(measured -> measured.records() > 0)
                        .toList();
        if (series.isEmpty()) {
            failures.add("nothing was measured: no record came back");
        }
        judgeTheDriver(notes.punctuality(), series, failures, marks);
        return new Outcome(
                workload,
                series,
                use,
                notes.punctuality().lateMicros(),
                onDisk,
                List.copyOf(failures),
                List.copyOf(marks));
    }

    /** Whether the figures are the broker's, or those of a driver that had too much to do. */
    private void judgeTheDriver(
            Punctuality punctuality,
            List<Series.Measured> series,
            List<String> failures,
            List<String> marks) {
        if (!punctuality.kept()) {
            failures.add(
                    String.format(
                            Locale.ROOT,
                            "the driver could not keep its timeline: it was %.1f ms late at the 99th percentile, by itself; lower producers.rate, or give it a processor",
                            punctuality.lateMicros().getValueAtPercentile(99) / 1e3));
        }
        boolean busy = punctuality.busyShare() > BUSY;
        judgeTheRate(workload, "produce", series, busy)
                .ifPresent(judged -> judged.add(failures, marks));
        workload.beside()
                .flatMap(beside -> judgeTheRate(beside, "produce-beside", series, busy))
                .ifPresent(judged -> judged.add(failures, marks));
        boolean timed =
                workload.producers().count() > 0 && !workload.producers().rate().isMaximum();
        if (busy && timed && readsMeanwhile()) {
            marks.add(
                    String.format(
                            Locale.ROOT,
                            "the driver's thread worked %.0f%% of the time, for producers and readers both: a latency may be its own",
                            punctuality.busyShare() * 100));
        }
        if (busy && !timed) {
            marks.add(
                    String.format(
                            Locale.ROOT,
                            "the driver's thread worked %.0f%% of the time: the system may take more than it was sent",
                            punctuality.busyShare() * 100));
        }
    }

    private boolean readsMeanwhile() {
        return Stream.concat(Stream.of(workload), workload.beside().stream())
                .map(Workload::consumers)
                .anyMatch(consumers -> consumers.count() + consumers.catchUp() > 0);
    }

    /** What is said of a rate that was not kept: the driver's fault makes it a failure. */
    private record Judged(String what, boolean isFailure) {
        private void add(List<String> failures, List<String> marks) {
            (isFailure ? failures : marks).add(what);
        }
    }

    private static Optional<Judged> judgeTheRate(
            Workload workload, String name, List<Series.Measured> all, boolean busy) {
        Rate rate = workload.producers().rate();
        double reached =
                all.stream()
                        .filter(each -> each.name().equals(name))
                        .mapToDouble(Series.Measured::recordsPerSecond)
                        .sum();
        if (workload.producers().count() == 0
                || rate.isMaximum()
                || reached >= KEPT * rate.recordsPerSecond()) {
            return Optional.empty();
        }
        String fact = String.format(Locale.ROOT, "%,.0f records/s of %s came back", reached, rate);
        return Optional.of(
                busy
                        ? new Judged(
                                fact
                                        + ", and the driver's thread never rested: it could not keep its timeline",
                                true)
                        : new Judged(fact + ": the system could not keep up", false));
    }
}
