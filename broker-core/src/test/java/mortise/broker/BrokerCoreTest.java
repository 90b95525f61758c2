package mortise.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.broker.partition.FakeRequest;
import mortise.broker.partition.PartitionRig;
import mortise.broker.request.ClientNetwork;
import mortise.broker.request.ListenerEndpoint;
import mortise.broker.request.RequestRouter;
import mortise.broker.runtime.OneThread;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.broker.telemetry.BrokerMetrics;
import mortise.consensus.raft.RaftProvider;
import mortise.placement.spread.SpreadProvider;
import mortise.storage.memory.MemoryStorageProvider;
import mortise.tck.plugin.SideEffects;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.ProduceResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole broker but its network, in the thread of the test. */
class BrokerCoreTest {
    @TempDir private Path directory;

    /** A network that a test speaks to directly. */
    private static final class RecordingNetwork implements ClientNetwork {
        final List<String> calls = new ArrayList<>();
        RequestRouter router;

        ClientNetwork over(RequestRouter served) {
            router = served;
            return this;
        }

        @Override
        public List<ListenerEndpoint> open() {
            calls.add("open");
            return List.of(new ListenerEndpoint("PLAINTEXT", new HostPort("127.0.0.1", 1), null));
        }

        @Override
        public void accept() {
            calls.add("accept");
        }

        @Override
        public CompletionStage<?> close() {
            calls.add("close");
            return CompletableFuture.completedStage(null);
        }

        @Override
        public CompletionStage<?> abort() {
            calls.add("abort");
            return CompletableFuture.completedStage(null);
        }
    }

    private static Assembly assembly(Map<String, String> config) {
        return new BrokerBuilder()
                .plugin(new MemoryStorageProvider())
                .plugin(new RaftProvider())
                .plugin(new SpreadProvider())
                .set("plugins.storage", "memory")
                .layer("test", config)
                .assembly();
    }

    /** One broker, the thread that it runs in, and clients of it. */
    private static final class Run {
        final OneThread execution;
        final RecordingNetwork network = new RecordingNetwork();
        final BrokerCore core;

        Run(long seed, Map<String, String> config) {
            this(seed, assembly(config));
        }

        Run(long seed, Assembly assembly) {
            execution = new OneThread(seed);
            core = new BrokerCore(assembly, execution, new BrokerMetrics(), network::over, null);
        }

        private <T extends ApiMessage> T ask(int version, ApiMessage request, Class<T> type) {
            FakeRequest context = new FakeRequest(ApiKey.find(request.apiKey()), version);
            network.router.handle(context, request);
            execution.runUntil(context::answered);
            return context.answer(type);
        }

        private void createTopic(String name) {
            CreateTopicsResponse created =
                    ask(4, Requests.createTopic(name), CreateTopicsResponse.class);
            assertThat(created.topics().getFirst().errorCode()).isEqualTo(ErrorCode.NONE.code());
        }

        private long produce(String topic) {
            ProduceResponse produced =
                    ask(
                            9,
                            Requests.produce(topic, PartitionRig.batch(3, 10)),
                            ProduceResponse.class);
            var answer = produced.responses().getFirst().partitionResponses().getFirst();
            assertThat(answer.errorCode()).isEqualTo(ErrorCode.NONE.code());
            return answer.baseOffset();
        }

        private FetchResponse.PartitionData fetch(String topic, long offset) {
            FetchResponse fetched = ask(12, Requests.fetch(topic, offset), FetchResponse.class);
            return fetched.responses().getFirst().partitions().getFirst();
        }
    }

    private static final Map<String, String> IN_MEMORY = Map.of("consensus.raft.storage", "memory");

    @Test
    void aBrokerStartsServesAndStopsInOneThread() {
        Run run = new Run(1, IN_MEMORY);

        BrokerCore.Running running = run.execution.await(run.core.start());
        run.createTopic("t");
        assertThat(run.produce("t")).isZero();
        assertThat(run.produce("t")).isEqualTo(3);
        FetchResponse.PartitionData fetched = run.fetch("t", 0);
        long parkedAt = run.execution.clock().nanoTime();
        FetchResponse.PartitionData nothing = run.fetch("t", 6);
        long answeredAt = run.execution.clock().nanoTime();
        assertThat(running.partitions().all()).hasSize(1);
        String reason = run.execution.await(run.core.close());

        assertThat(fetched.highWatermark()).isEqualTo(6);
        assertThat(fetched.records().sizeInBytes()).isPositive();
        assertThat(nothing.records().sizeInBytes()).isZero();
        assertThat(Duration.ofNanos(answeredAt - parkedAt)).isEqualTo(Duration.ofMillis(500));
        assertThat(run.network.calls).containsExactly("open", "accept", "close");
        assertThat(reason).isNull();
    }

    @Test
    void itStartsNoThreadWaitsForNothingAndTouchesNoFile() throws Exception {
        Assembly assembly = assembly(IN_MEMORY);
        alone(new Run(1, assembly)); // classes are loaded the first time

        assertThat(SideEffects.of(() -> alone(new Run(1, assembly)))).isEmpty();
    }

    private static void alone(Run run) {
        run.execution.await(run.core.start());
        run.createTopic("t");
        run.produce("t");
        run.fetch("t", 0);
        run.fetch("t", 3);
        run.execution.await(run.core.close());
    }

    @Test
    void whatWasCreatedIsThereAfterARestart() {
        Map<String, String> onDisk = Map.of("data.directory", directory.toString());
        Run first = new Run(1, onDisk);
        first.execution.await(first.core.start());
        first.createTopic("t");
        first.execution.await(first.core.close());

        Run second = new Run(2, onDisk);
        BrokerCore.Running running = second.execution.await(second.core.start());

        assertThat(running.cluster().publisher().image().topicCount()).isEqualTo(1);
        second.execution.await(second.core.close());
    }

    @Test
    void aStartThatFailsClosesWhatItHadStartedAndSaysWhy() {
        Map<String, String> onDisk = Map.of("data.directory", directory.toString());
        Run first = new Run(1, onDisk);
        first.execution.await(first.core.start());
        Run second = new Run(2, onDisk);

        assertThatThrownBy(() -> second.execution.await(second.core.start()))
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(RefusedDirectoryException.class)
                .hasMessageContaining("is in use by another broker");
        assertThat(second.core.stopped().toCompletableFuture()).isCompletedWithValue(null);
        assertThat(second.network.calls).isEmpty();
        first.execution.await(first.core.close());
    }

    @Test
    void aBrokerThatIsClosedWhileItStartsNeverServes() {
        Run run = new Run(1, IN_MEMORY);
        CompletionStage<BrokerCore.Running> starting = run.core.start();

        run.execution.await(run.core.close());

        assertThat(starting.toCompletableFuture()).isCompletedExceptionally();
        assertThat(run.network.calls).doesNotContain("accept");
    }

    @Test
    void aKilledBrokerResetsItsConnections() {
        Run run = new Run(1, IN_MEMORY);
        run.execution.await(run.core.start());

        run.execution.await(run.core.kill());

        assertThat(run.network.calls).containsExactly("open", "accept", "abort");
    }
}
