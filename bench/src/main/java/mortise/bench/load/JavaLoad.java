package mortise.bench.load;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import mortise.bench.workload.Workload;

/** The unmodified Java client: a thread for each producer and each consumer. */
final class JavaLoad implements Load {
    private static final long PATIENCE_MILLIS = 60_000;

    private final Run run;
    private final List<JavaProducer> producers = new ArrayList<>();
    private final List<JavaConsumer> consumers = new ArrayList<>();
    private final List<Thread> sending = new ArrayList<>();
    private final List<Thread> reading = new ArrayList<>();

    JavaLoad(Run run) {
        this.run = run;
    }

    @Override
    public void prepare() throws InterruptedException {
        Workload.Consumers wanted = run.workload().consumers();
        if (wanted.groups() == 0) {
            IntStream.range(0, wanted.count())
                    .forEach(number ->
                            consume(new JavaConsumer.Role.Assigned(number, wanted.count())));
        }
        for (int group = 0; group < wanted.groups(); group++) {
            for (int number = 0; number < wanted.count(); number++) {
                consume(new JavaConsumer.Role.Member(group, number));
            }
        }
        for (int number = 0; number < wanted.catchUp(); number++) {
            consume(new JavaConsumer.Role.CatchUp(number));
        }
        for (JavaConsumer consumer : consumers) {
            consumer.awaitReady();
        }
        for (int number = 0; number < run.workload().producers().count(); number++) {
            producers.add(new JavaProducer(run, number));
        }
    }

    @Override
    public void begin() {
        for (JavaProducer producer : producers) {
            sending.add(
                    Thread.ofPlatform().name("bench-producer-" + sending.size()).start(producer));
        }
    }

    private void consume(JavaConsumer.Role role) {
        JavaConsumer consumer = new JavaConsumer(run, role);
        consumers.add(consumer);
        reading.add(Thread.ofPlatform().name(role.clientId()).start(consumer));
    }

    @Override
    public void finish() throws InterruptedException {
        run.await(run.window().untilNanos());
        join(sending, "producer");
        producers.forEach(JavaProducer::close);
    }

    @Override
    public void close() {
        sending.forEach(Thread::interrupt);
        consumers.forEach(JavaConsumer::close);
        try {
            join(reading, "consumer");
        } catch (InterruptedException interrupted) {
            reading.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
    }

    private void join(List<Thread> threads, String what) throws InterruptedException {
        for (Thread thread : threads) {
            thread.join(PATIENCE_MILLIS);
            if (thread.isAlive()) {
                run.notes().failures().note("a " + what + " did not end within a minute");
                thread.interrupt();
            }
        }
    }
}
