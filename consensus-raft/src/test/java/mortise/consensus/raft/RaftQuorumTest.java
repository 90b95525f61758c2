package mortise.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import mortise.api.config.Config;
import mortise.api.config.ConfigException;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.consensus.ProposeOutcome;
import mortise.spi.consensus.ProposeOutcome.Committed;
import mortise.spi.consensus.ProposeOutcome.Indeterminate;
import mortise.spi.consensus.ProposeOutcome.Refused;
import mortise.spi.consensus.QuorumListener;
import mortise.tck.sim.SimContext;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The quorum over a real directory, from outside. */
@Timeout(60)
class RaftQuorumTest {
    private static final int NODE = 3;

    @TempDir Path directory;

    private MetadataQuorum quorum(Map<String, String> settings) {
        return quorum(settings, SimContext.on(directory, 1));
    }

    /** A quorum whose executors run their tasks within the calls that hand them in. */
    private MetadataQuorum inlineQuorum(Map<String, String> settings) {
        return quorum(settings, SimContext.on(directory, 1).withInlineThreads());
    }

    private static MetadataQuorum quorum(Map<String, String> settings, SimContext context) {
        RaftProvider provider = new RaftProvider();
        return provider.create(Config.of(provider.config(), settings), context.withNodeId(NODE));
    }

    private static List<byte[]> records(String... texts) {
        return Stream.of(texts).map(text -> text.getBytes(StandardCharsets.ISO_8859_1)).toList();
    }

    private static ProposeOutcome propose(MetadataQuorum quorum, String... texts) {
        return quorum.propose(quorum.view().leadership().epoch(), records(texts))
                .toCompletableFuture()
                .join();
    }

    @Test
    void anEmptyDirectoryBecomesAQuorumOfOne() {
        HeardState heard = new HeardState();
        try (MetadataQuorum quorum = quorum(Map.of())) {
            quorum.start(heard);

            assertThat(quorum.view().leadership()).isEqualTo(new Leadership(1, NODE, true));
            assertThat(quorum.view().voters()).containsExactly(NODE);
            assertThat(quorum.view().committedIndex()).isZero();
        }
        assertThat(heard.calls()).containsExactly("leadership 1 at 0");
    }

    @Test
    void aCommittedProposalHasBeenHeard() {
        HeardState heard = new HeardState();
        try (MetadataQuorum quorum = quorum(Map.of())) {
            quorum.start(heard);

            assertThat(propose(quorum, "a", "b")).isEqualTo(new Committed(1));
            assertThat(heard.records()).containsExactly("a", "b");
            assertThat(propose(quorum, "c")).isEqualTo(new Committed(2));
            assertThat(heard.records()).containsExactly("a", "b", "c");
            assertThat(quorum.view().committedIndex()).isEqualTo(2);
        }
    }

    @Test
    void aRestartHearsEverythingBeforeItLeadsInAGreaterEpoch() {
        try (MetadataQuorum quorum = quorum(Map.of())) {
            quorum.start(new HeardState());
            propose(quorum, "a");
            propose(quorum, "b", "");
        }
        HeardState heard = new HeardState();
        try (MetadataQuorum quorum = quorum(Map.of())) {
            quorum.start(heard);

            assertThat(quorum.view().leadership().epoch()).isEqualTo(2);
            assertThat(propose(quorum, "c")).isEqualTo(new Committed(3));
        }
        assertThat(heard.calls())
                .containsExactly("committed 1", "committed 2", "leadership 2 at 2", "committed 3");
        assertThat(heard.records()).containsExactly("a", "b", "", "c");
    }

    @Test
    void aProposalFromAnotherEpochIsRefused() {
        HeardState heard = new HeardState();
        try (MetadataQuorum quorum = quorum(Map.of())) {
            quorum.start(heard);

            ProposeOutcome outcome = quorum.propose(7, records("x")).toCompletableFuture().join();

            assertThat(outcome)
                    .isEqualTo(new Refused("proposed in epoch 7, but node 3 leads in epoch 1"));
            assertThat(propose(quorum, "a")).isEqualTo(new Committed(1));
        }
        assertThat(heard.records()).containsExactly("a");
    }

    @Test
    void manyProposersShareForcesAndKeepTheirOrder() {
        HeardState heard = new HeardState();
        int perThread = 200;
        try (MetadataQuorum quorum = quorum(Map.of("consensus.raft.segment-bytes", "1KiB"))) {
            quorum.start(heard);
            List<Thread> threads =
                    IntStream.range(0, 4)
                            .mapToObj(thread ->
                                    Thread.ofVirtual()
                                            .start(() -> proposeMany(quorum, thread, perThread)))
                            .toList();
            for (Thread thread : threads) {
                joined(thread);
            }
            assertThat(quorum.readBarrier().toCompletableFuture().join()).isEqualTo(4L * perThread);
        }
        for (int thread = 0; thread < 4; thread++) {
            String prefix = thread + ":";
            assertThat(heard.records().stream().filter(text -> text.startsWith(prefix)))
                    .containsExactlyElementsOf(
                            IntStream.range(0, perThread).mapToObj(i -> prefix + i).toList());
        }
        HeardState again = new HeardState();
        try (MetadataQuorum quorum = quorum(Map.of())) {
            quorum.start(again);
        }
        assertThat(again.records()).isEqualTo(heard.records());
    }

    private static void proposeMany(MetadataQuorum quorum, int thread, int count) {
        List<CompletableFuture<ProposeOutcome>> outcomes =
                IntStream.range(0, count)
                        .mapToObj(i ->
                                quorum.propose(1, records(thread + ":" + i)).toCompletableFuture())
                        .toList();
        long last = 0;
        for (CompletableFuture<ProposeOutcome> outcome : outcomes) {
            long index = ((Committed) outcome.join()).index();
            assertThat(index).isGreaterThan(last);
            last = index;
        }
    }

    private static void joined(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    @Test
    void snapshotsReplaceOldEntriesAndARestartBeginsWithTheNewest() throws Exception {
        Map<String, String> settings =
                Map.of(
                        "consensus.raft.segment-bytes", "1KiB",
                        "consensus.raft.snapshot-entries", "50");
        List<String> expected = new ArrayList<>();
        try (MetadataQuorum quorum = inlineQuorum(settings)) {
            quorum.start(new HeardState());
            for (int i = 0; i < 480; i++) {
                propose(quorum, "record " + i);
                expected.add("record " + i);
            }
        }
        assertThat(names(".snapshot"))
                .containsExactly(
                        "00000000000000000400-0000000001.snapshot",
                        "00000000000000000450-0000000001.snapshot");
        String firstSegment = names(".log").getFirst();
        assertThat(Long.parseLong(firstSegment.substring(0, 20))).isBetween(380L, 401L);

        HeardState heard = new HeardState();
        try (MetadataQuorum quorum = inlineQuorum(settings)) {
            quorum.start(heard);
        }
        assertThat(heard.calls()).startsWith("install 450", "committed 451");
        assertThat(heard.records()).isEqualTo(expected);
    }

    @Test
    void aSnapshotThatTakesItsTimeHoldsUpNoProposal() throws Exception {
        CountDownLatch making = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        QuorumListener slow =
                new Delegating(new HeardState()) {
                    @Override
                    public Supplier<List<byte[]>> snapshot() {
                        Supplier<List<byte[]>> state = super.snapshot();
                        return () -> {
                            making.countDown();
                            awaited(goOn);
                            return state.get();
                        };
                    }
                };
        try (MetadataQuorum quorum = quorum(Map.of("consensus.raft.snapshot-entries", "10"))) {
            quorum.start(slow);
            for (int i = 0; i < 10; i++) {
                propose(quorum, "record " + i);
            }
            awaited(making);

            for (int i = 10; i < 40; i++) {
                assertThat(propose(quorum, "record " + i)).isEqualTo(new Committed(i + 1));
            }
            assertThat(names(".snapshot")).isEmpty();
            goOn.countDown();
        }
        assertThat(names(".snapshot")).containsExactly("00000000000000000010-0000000001.snapshot");
    }

    private List<String> names(String ending) throws Exception {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(ending))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void closingLeavesProposalsThatWaitIndeterminate() throws Exception {
        CountDownLatch hearing = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        QuorumListener slow =
                new Delegating(new HeardState()) {
                    @Override
                    public void committed(long index, int epoch, List<byte[]> records) {
                        super.committed(index, epoch, records);
                        hearing.countDown();
                        awaited(closing);
                    }
                };
        MetadataQuorum quorum = quorum(Map.of());
        quorum.start(slow);
        CompletableFuture<ProposeOutcome> first =
                quorum.propose(1, records("a")).toCompletableFuture();
        awaited(hearing);
        CompletableFuture<ProposeOutcome> second =
                quorum.propose(1, records("b")).toCompletableFuture();
        CompletableFuture<Long> barrier = quorum.readBarrier().toCompletableFuture();

        Thread closer = Thread.ofVirtual().start(quorum::close);
        while (closer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        closing.countDown();
        closer.join();

        assertThat(first.join()).isEqualTo(new Committed(1));
        assertThat(second.join()).isInstanceOf(Indeterminate.class);
        assertThatThrownBy(barrier::join).isInstanceOf(CompletionException.class);
        assertThat(quorum.propose(1, records("c")).toCompletableFuture().join())
                .isEqualTo(new Refused("the quorum was closed"));
        assertThat(quorum.view().leadership().local()).isFalse();
    }

    @Test
    void moreProposalsThanMayWaitAreRefused() {
        CountDownLatch hearing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        QuorumListener slow =
                new Delegating(new HeardState()) {
                    @Override
                    public void committed(long index, int epoch, List<byte[]> records) {
                        hearing.countDown();
                        awaited(goOn);
                    }
                };
        try (MetadataQuorum quorum =
                quorum(
                        Map.of(
                                "consensus.raft.max-pending", "2",
                                "consensus.raft.max-pending-bytes", "2KiB",
                                "consensus.raft.max-entry-bytes", "2KiB"))) {
            quorum.start(slow);
            quorum.propose(1, records("a"));
            awaited(hearing);
            CompletableFuture<ProposeOutcome> large =
                    quorum.propose(1, List.of(new byte[1500])).toCompletableFuture();
            assertThat(quorum.propose(1, List.of(new byte[1500])).toCompletableFuture().join())
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused ->
                                    assertThat(refused.reason())
                                            .contains("consensus.raft.max-pending-bytes"));
            CompletableFuture<ProposeOutcome> small =
                    quorum.propose(1, records("c")).toCompletableFuture();
            assertThat(quorum.propose(1, records("d")).toCompletableFuture().join())
                    .isEqualTo(
                            new Refused(
                                    "2 proposals wait already (consensus.raft.max-pending); try"
                                            + " again later"));
            assertThat(quorum.propose(1, List.of(new byte[2049])).toCompletableFuture().join())
                    .isInstanceOfSatisfying(
                            Refused.class,
                            refused ->
                                    assertThat(refused.reason())
                                            .contains("consensus.raft.max-entry-bytes"));
            goOn.countDown();
            assertThat(large.join()).isEqualTo(new Committed(2));
            assertThat(small.join()).isEqualTo(new Committed(3));
        }
    }

    @Test
    void aSecondQuorumOnTheSameDirectoryIsRefused() {
        try (MetadataQuorum first = quorum(Map.of());
                MetadataQuorum second = quorum(Map.of())) {
            first.start(new HeardState());

            assertThatThrownBy(() -> second.start(new HeardState()))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another broker uses it");
            assertThat(propose(first, "a")).isEqualTo(new Committed(1));
        }
    }

    @Test
    void aListenerThatThrowsEndsTheQuorum() {
        CompletableFuture<String> failure = new CompletableFuture<>();
        QuorumListener broken =
                new Delegating(new HeardState()) {
                    @Override
                    public void committed(long index, int epoch, List<byte[]> records) {
                        throw new IllegalArgumentException("cannot apply");
                    }

                    @Override
                    public void failed(String reason, Throwable cause) {
                        failure.complete(reason);
                    }
                };
        try (MetadataQuorum quorum = quorum(Map.of())) {
            quorum.start(broken);

            assertThat(propose(quorum, "a")).isInstanceOf(Indeterminate.class);
            assertThat(failure.join()).contains("cannot go on").contains("cannot apply");
            assertThat(propose(quorum, "b")).isInstanceOf(Refused.class);
        }
    }

    @Test
    void inMemoryARestartBeginsAnewAndNoFileIsWritten() throws Exception {
        Map<String, String> memory = Map.of("consensus.raft.storage", "memory");
        for (int i = 0; i < 2; i++) {
            HeardState heard = new HeardState();
            try (MetadataQuorum quorum = quorum(memory)) {
                quorum.start(heard);
                assertThat(propose(quorum, "a")).isEqualTo(new Committed(1));
                assertThat(quorum.readBarrier().toCompletableFuture().join()).isEqualTo(1);
            }
            assertThat(heard.records()).containsExactly("a");
        }
        assertThat(names("")).isEmpty();
    }

    @Test
    void beforeTheStartProposalsAreRefused() {
        try (MetadataQuorum quorum = quorum(Map.of())) {
            assertThat(propose(quorum, "a")).isEqualTo(new Refused("the quorum has not started"));
            assertThat(quorum.view().leadership().leaderId()).isEqualTo(-1);
        }
    }

    @Test
    void anEntryLimitAboveTheQueueLimitIsRefused() {
        assertThatThrownBy(() -> quorum(Map.of("consensus.raft.max-entry-bytes", "64MiB")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("consensus.raft.max-pending-bytes");
    }

    private static void awaited(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException unexpected) {
            throw new AssertionError(unexpected);
        }
    }

    /** A listener that hands everything on, to be overridden in part. */
    private static class Delegating implements QuorumListener {
        private final QuorumListener target;

        Delegating(QuorumListener target) {
            this.target = target;
        }

        @Override
        public void leadership(Leadership leadership) {
            target.leadership(leadership);
        }

        @Override
        public void committed(long index, int epoch, List<byte[]> records) {
            target.committed(index, epoch, records);
        }

        @Override
        public void install(long index, int epoch, List<byte[]> records) {
            target.install(index, epoch, records);
        }

        @Override
        public Supplier<List<byte[]>> snapshot() {
            return target.snapshot();
        }

        @Override
        public void failed(String reason, Throwable cause) {
            target.failed(reason, cause);
        }
    }
}
