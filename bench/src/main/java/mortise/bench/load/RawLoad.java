package mortise.bench.load;

import java.io.IOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.List;
import mortise.api.Clock;
import mortise.bench.workload.Workload;
import org.jspecify.annotations.Nullable;

/** Prepared requests over plain connections, all from one thread. */
final class RawLoad implements Load {
    /** A timer of the system is not finer than this: what is due sooner is waited for awake. */
    private static final long AWAKE_NANOS = 1_500_000;

    /** A look at the sockets that takes longer than this has waited for them. */
    private static final long SHORT_NANOS = 5_000;

    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long LONGEST_SELECT_MILLIS = 100;

    private final Run run;
    private final List<Run> runs;
    private final Selector selector;
    private final List<RawConnection> connections = new ArrayList<>();
    private final List<RawConsumer> catchingUp = new ArrayList<>();
    private @Nullable Thread thread;
    private long waitedNanos;

    /**
     * Connects nothing yet.
     *
     * @param runs of one window, the first being what is measured
     */
    RawLoad(List<Run> runs) throws IOException {
        this.run = runs.getFirst();
        this.runs = List.copyOf(runs);
        this.selector = Selector.open();
    }

    @Override
    public void prepare() throws IOException {
        for (Run each : runs) {
            connect(each);
        }
    }

    private void connect(Run each) throws IOException {
        Workload workload = each.workload();
        Workload.Producers producers = workload.producers();
        List<RawProducer> senders = new ArrayList<>();
        for (int number = 0; number < producers.count(); number++) {
            senders.add(
                    new RawProducer(
                            each,
                            requests(workload, each.topic(), number),
                            Pace.of(
                                    producers.rate(),
                                    producers.sending().requestRecords(),
                                    number,
                                    producers.count()),
                            Long.MAX_VALUE,
                            selector));
        }
        for (RawProducer sender : senders) {
            sender.awaitLeaders();
        }
        connections.addAll(senders);
        int readers = workload.consumers().count();
        for (int number = 0; number < readers; number++) {
            connections.add(RawConsumer.looping(each, number, readers, selector));
        }
        int late = workload.consumers().catchUp();
        for (int number = 0; number < late; number++) {
            RawConsumer reader = RawConsumer.catchingUp(each, number, late, selector);
            catchingUp.add(reader);
            connections.add(reader);
        }
    }

    @Override
    public void begin() {
        thread = Thread.ofPlatform().name("bench-raw").start(this::loop);
    }

    /** A sender's requests, one for each of its partitions: all partitions are somebody's. */
    static List<PreparedProduce> requests(Workload workload, String topic, int number) {
        int partitions = workload.topic().partitions();
        int senders = workload.producers().count();
        List<PreparedProduce> requests = new ArrayList<>();
        List<List<PreparedProduce>> each = new ArrayList<>();
        for (int partition = number % partitions; partition < partitions; partition += senders) {
            each.add(ofPartition(workload, topic, partition));
        }
        // all partitions have as many
        for (int request = 0; request < each.getFirst().size(); request++) {
            for (List<PreparedProduce> ofPartition : each) {
                requests.add(ofPartition.get(request));
            }
        }
        return requests;
    }

    /** The requests for a partition: one, or as many as its keys need. */
    static List<PreparedProduce> ofPartition(Workload workload, String topic, int partition) {
        Workload.Producers producers = workload.producers();
        if (producers.records().keys() == 0
                || workload.measuring().driver() != Workload.Driver.RAW) {
            return List.of(request(workload, topic, partition));
        }
        int partitions = workload.topic().partitions();
        KeyedRecords keyed =
                new KeyedRecords(producers.records(), producers.sending().requestRecords());
        return keyed.batches(partition, partitions).stream()
                .map(batch ->
                        PreparedProduce.of(
                                topic,
                                partition,
                                batch,
                                producers.sending().requestRecords(),
                                producers.sending().acks().code()))
                .toList();
    }

    static PreparedProduce request(Workload workload, String topic, int partition) {
        Workload.Producers producers = workload.producers();
        return PreparedProduce.of(
                topic,
                partition,
                producers.sending().requestRecords(),
                producers.records().size(),
                producers.sending().acks().code());
    }

    private void loop() {
        try {
            while (!run.isOver() && !Thread.interrupted()) {
                iterate();
                if (!catchingUp.isEmpty() && catchingUp.stream().allMatch(RawConsumer::isDone)) {
                    run.window().end(run.clock().nanoTime());
                }
            }
            long until = run.clock().nanoTime() + PATIENCE_NANOS;
            iterate(); // what was due before the end may not have been sent yet
            while (outstanding() > 0 && run.clock().nanoTime() - until < 0) {
                iterate();
            }
            if (outstanding() > 0) {
                run.notes().failures().note(outstanding() + " requests were never answered");
            }
        } catch (IOException | RuntimeException failed) {
            run.notes().failures().note("sending", failed);
        }
    }

    private void iterate() throws IOException {
        boolean measured = run.window().contains(run.clock().nanoTime());
        long waited = iterate(run.clock(), selector, connections);
        if (measured) {
            waitedNanos += waited;
        }
    }

    /**
     * Sends what is due, waits until something arrives or is due, and takes what arrived.
     *
     * @return for how long it had nothing to do
     */
    static long iterate(Clock clock, Selector selector, List<? extends RawConnection> connections)
            throws IOException {
        long now = clock.nanoTime();
        long next = Long.MAX_VALUE;
        for (RawConnection connection : connections) {
            next = Math.min(next, connection.send(now));
        }
        long begun = clock.nanoTime();
        long left = next == Long.MAX_VALUE ? Long.MAX_VALUE : next - begun;
        if (left < AWAKE_NANOS) {
            selector.selectNow();
        } else {
            selector.select(Math.min(left / NANOS_PER_MILLI, LONGEST_SELECT_MILLIS));
        }
        long arrived = clock.nanoTime();
        for (SelectionKey key : selector.selectedKeys()) {
            if (key.isReadable()) {
                ((RawConnection) key.attachment()).receive(arrived);
            }
        }
        boolean idle = selector.selectedKeys().isEmpty() || arrived - begun > SHORT_NANOS;
        selector.selectedKeys().clear();
        return idle ? arrived - begun : 0;
    }

    private int outstanding() {
        return connections.stream().mapToInt(RawConnection::outstanding).sum();
    }

    @Override
    public void finish() throws InterruptedException {
        if (thread != null) {
            thread.join();
        }
        run.notes()
                .punctuality()
                .worked(1 - Math.min(1, waitedNanos / 1e9 / run.window().seconds()));
    }

    @Override
    public void close() {
        if (thread != null) {
            thread.interrupt();
        }
        try {
            for (RawConnection connection : connections) {
                connection.close();
            }
            selector.close();
        } catch (IOException failed) {
            run.notes().failures().note("closing", failed);
        }
    }
}
