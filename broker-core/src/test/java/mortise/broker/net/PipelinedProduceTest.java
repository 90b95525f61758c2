package mortise.broker.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.config.Config;
import mortise.broker.flush.FlushCoordinator;
import mortise.broker.flush.FlushSettings;
import mortise.broker.partition.HeapLog;
import mortise.broker.partition.HeapLogStore;
import mortise.broker.partition.PartitionRig;
import mortise.broker.partition.PartitionServices;
import mortise.broker.partition.PartitionSettings;
import mortise.broker.partition.Partitions;
import mortise.broker.partition.api.BatchOpenings;
import mortise.broker.partition.api.ProduceHandler;
import mortise.broker.request.Access;
import mortise.broker.runtime.Execution;
import mortise.broker.runtime.Lanes;
import mortise.broker.runtime.ThreadedExecution;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.metadata.TopicSettings;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.spi.auth.Authorizer;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSlice;
import mortise.tck.sim.SimClock;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceRequest.PartitionProduceData;
import mortise.wire.message.ProduceRequest.TopicProduceData;
import mortise.wire.message.ProduceResponse;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Clients that pipeline produces for several partitions whose mailboxes are too small for them,
 * over real sockets, event loops, drain threads and flushers. Their batches are numbered as an
 * idempotent producer numbers them, so that a dropped, doubled or overtaken one is an error.
 */
class PipelinedProduceTest {
    private static final String TOPIC = "t";
    private static final int VERSION = 9;
    private static final int PARTITIONS = 4;
    private static final int CLIENTS = 4;
    private static final int REQUESTS = 400;
    private static final int PATIENCE_SECONDS = 120;

    /** Where mailboxes are drained: every write looks quick, or slow, or now and then slow. */
    enum Site {
        INLINE(1, 0),
        WORKER(1, 10_000_000),
        BOTH(300, 2_000_000);

        private final int looks;
        private final long stepNanos;

        Site(int looks, long stepNanos) {
            this.looks = looks;
            this.stepNanos = stepNanos;
        }
    }

    /** A clock that takes a step every so many looks; a write takes two. */
    private record SteppingClock(Site site, AtomicLong looks) implements Clock {
        @Override
        public long nanoTime() {
            return looks.incrementAndGet() / site.looks * site.stepNanos;
        }

        @Override
        public long wallMillis() {
            return SimClock.START_MILLIS;
        }
    }

    private final HeapLogStore store = new HeapLogStore();
    private final BrokerMetrics metrics = new BrokerMetrics();
    private final ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();

    @ParameterizedTest
    @EnumSource(Site.class)
    void nothingIsDroppedDoubledOrOvertakenWhereMailboxesAreFull(Site site) throws Exception {
        run(site, PartitionRig.TOPIC);
    }

    @ParameterizedTest
    @EnumSource(Site.class)
    void norWhereAcknowledgementsWaitForSyncs(Site site) throws Exception {
        run(site, PartitionRig.topic(topic -> topic.durable()));
    }

    private void run(Site site, TopicSettings topic) throws Exception {
        Clock clock = new SteppingClock(site, new AtomicLong());
        try (clients;
                Execution execution =
                        new ThreadedExecution(Clock.system(), new SplittableRandom(1), metrics);
                FlushCoordinator flushes =
                        FlushCoordinator.on(
                                execution,
                                Config.defaults(FlushSettings.SCHEMA),
                                Clock.system(),
                                metrics);
                Partitions partitions =
                        new Partitions(
                                Config.of(
                                        PartitionSettings.SCHEMA,
                                        Map.of(
                                                "partition.mailbox-commands", "2",
                                                "partition.drain-quota-commands", "3",
                                                "partition.drain-run-queue", "1",
                                                "partition.inline-write-limit", "1ms")),
                                store,
                                new PartitionServices(
                                        PartitionRig.NODE,
                                        clock,
                                        execution.timers(),
                                        Lanes.shared(new PartitionRig.InlineBlocking()),
                                        metrics,
                                        execution,
                                        flushes));
                TestServer server =
                        TestServer.with(
                                Transport.best(),
                                Clock.system(),
                                Map.of("net.threads", "2"),
                                new ProduceHandler(
                                        partitions,
                                        new Access(Authorizer.ALLOW_ALL),
                                        (node, context) -> Optional.empty(),
                                        new BatchOpenings(
                                                new PartitionRig.InlineBlocking(), Codecs.of()),
                                        clock))) {
            for (int i = 0; i < PARTITIONS; i++) {
                partitions
                        .open(PartitionRig.id(TOPIC, i), PartitionRig.led(i, 0), topic)
                        .toCompletableFuture()
                        .join();
            }
            produceAll(server);
            for (int i = 0; i < PARTITIONS; i++) {
                var partition = partitions.find(TOPIC, i);
                assertThat(partition).isNotNull();
                assertThat(partition.mailbox()).hasToString("0 commands, 0 bytes");
            }
            assertThat(metrics.values().get("partition_credit_waiting_requests")).isZero();
            partitions.stop().toCompletableFuture().join();
        }
    }

    private void produceAll(TestServer server) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        HeapLog first = store.log(PartitionRig.id(TOPIC, 0));
        first.holdAppends = held;
        List<Future<Map<Integer, Integer>>> running = new ArrayList<>();
        for (int client = 0; client < CLIENTS; client++) {
            int id = client;
            running.add(clients.submit(() -> produce(id, server.port())));
        }
        // all clients name partition 0 first, so its mailbox fills while its log stands still
        Eventually.is(
                "a request waits for room",
                () -> metrics.values().get("partition_credit_waiting_requests") > 0);
        first.holdAppends = null;
        held.countDown();

        Map<Integer, Map<Integer, Integer>> sent = new HashMap<>();
        for (int client = 0; client < CLIENTS; client++) {
            sent.put(client, running.get(client).get(PATIENCE_SECONDS, TimeUnit.SECONDS));
        }
        for (int i = 0; i < PARTITIONS; i++) {
            checkLog(i, sent);
        }
    }

    /** Pipelines everything, checks the answers, and tells how many batches each partition got. */
    private Map<Integer, Integer> produce(int client, int port) throws Exception {
        try (RawClient connection = RawClient.connect(port)) {
            List<List<Integer>> plan = plan(client);
            Future<?> sender = clients.submit(sending(connection, client, plan));
            Map<Integer, Long> lastOffsets = new HashMap<>();
            Map<Integer, Integer> counts = new HashMap<>();
            for (List<Integer> targets : plan) {
                ProduceResponse response =
                        connection.receive(ApiKey.PRODUCE, VERSION, ProduceResponse.class);
                var answers = response.responses().getFirst().partitionResponses();
                assertThat(answers).extracting(answer -> answer.index()).isEqualTo(targets);
                for (var answer : answers) {
                    assertThat(ErrorCode.of(answer.errorCode()))
                            .as("%s", answer)
                            .isEqualTo(ErrorCode.NONE);
                    assertThat(answer.baseOffset())
                            .isGreaterThan(lastOffsets.getOrDefault(answer.index(), -1L));
                    lastOffsets.put(answer.index(), answer.baseOffset());
                    counts.merge(answer.index(), 1, Integer::sum);
                }
            }
            sender.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            return counts;
        }
    }

    /** Which partitions each request is for, in which order. */
    private static List<List<Integer>> plan(int client) {
        SplittableRandom random = new SplittableRandom(client);
        List<List<Integer>> plan = new ArrayList<>();
        for (int request = 0; request < REQUESTS; request++) {
            int first = request < 3 ? 0 : random.nextInt(PARTITIONS);
            int count = random.nextInt(1, PARTITIONS + 1);
            int step = random.nextBoolean() ? 1 : PARTITIONS - 1;
            List<Integer> targets = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                targets.add((first + i * step) % PARTITIONS);
            }
            plan.add(targets);
        }
        return plan;
    }

    private static Callable<Void> sending(
            RawClient connection, int client, List<List<Integer>> plan) {
        return () -> {
            Map<Integer, Integer> next = new HashMap<>();
            for (int request = 0; request < plan.size(); request++) {
                List<PartitionProduceData> data = new ArrayList<>();
                for (int target : plan.get(request)) {
                    int sequence = next.merge(target, 1, Integer::sum) - 1;
                    RecordBatch batch = PartitionRig.batch(1, 20, client, (short) 0, sequence);
                    data.add(
                            new PartitionProduceData()
                                    .index(target)
                                    .records(Payload.of(batch.buffer().duplicate().rewind())));
                }
                connection.send(
                        RawClient.frame(
                                ApiKey.PRODUCE,
                                VERSION,
                                request,
                                new ProduceRequest()
                                        .acks((short) -1)
                                        .timeoutMs(Integer.MAX_VALUE)
                                        .topicData(
                                                List.of(
                                                        new TopicProduceData()
                                                                .name(TOPIC)
                                                                .partitionData(data)))));
            }
            return null;
        };
    }

    /** Each client's batches stand in the log once and in the order of its requests. */
    private void checkLog(int index, Map<Integer, Map<Integer, Integer>> sent) {
        HeapLog log = store.log(PartitionRig.id(TOPIC, index));
        Map<Integer, Integer> next = new HashMap<>();
        try (LogSlice all =
                log.read(0, new LogPosition(log.end().offset(), 0), Integer.MAX_VALUE, true)) {
            ByteBuffer bytes = ByteBuffer.allocate(all.sizeInBytes());
            all.copyTo(0, bytes);
            for (RecordBatch batch : RecordBatches.of(bytes.flip())) {
                int client = (int) batch.producerId();
                assertThat(batch.baseSequence()).isEqualTo(next.getOrDefault(client, 0));
                next.merge(client, 1, Integer::sum);
            }
        }
        for (int client = 0; client < CLIENTS; client++) {
            assertThat(next.getOrDefault(client, 0))
                    .isEqualTo(sent.get(client).getOrDefault(index, 0));
        }
    }
}
