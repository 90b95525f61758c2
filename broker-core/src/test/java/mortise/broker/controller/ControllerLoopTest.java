package mortise.broker.controller;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.TopicId;
import mortise.api.metrics.Metrics;
import mortise.broker.controller.ControllerCommand.CreateTopics;
import mortise.broker.controller.ControllerCommand.CreatedTopic;
import mortise.broker.controller.ControllerCommand.DeleteTopics;
import mortise.broker.controller.ControllerCommand.TopicRef;
import mortise.broker.request.RefusedException;
import mortise.broker.runtime.Execution;
import mortise.broker.runtime.ThreadedExecution;
import mortise.spi.consensus.ProposeOutcome;
import org.junit.jupiter.api.Test;

class ControllerLoopTest {
    private static final Duration LONG = Duration.ofSeconds(30);

    private static CompletionStage<List<CreatedTopic>> create(
            TestCluster cluster, String name, Duration timeout) {
        return cluster.loop.submit(
                new CreateTopics(List.of(TestCluster.topic(name, 1)), false), timeout);
    }

    private static ErrorCode error(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture();
        assertThat(future).isCompletedExceptionally();
        Throwable failure = future.exceptionNow();
        assertThat(failure).isInstanceOf(RefusedException.class);
        return ((RefusedException) failure).error();
    }

    @Test
    void aReplyComesWhenThePartitionsAreOpenAndNotBefore() {
        TestCluster cluster = TestCluster.started();
        cluster.applier.hold();
        var created = create(cluster, "t", LONG);
        cluster.run();
        assertThat(cluster.image().topic("t")).isNotNull();
        assertThat(created.toCompletableFuture()).isNotDone();
        cluster.applier.completeHeld();
        assertThat(created.toCompletableFuture()).isCompleted();
    }

    @Test
    void commandsThatWaitGoIntoOneEntry() {
        TestCluster cluster = TestCluster.started();
        cluster.quorum.hold();
        List<CompletionStage<List<CreatedTopic>>> replies = new ArrayList<>();
        replies.add(create(cluster, "first", LONG));
        cluster.run();
        int before = cluster.quorum.entries.size();
        for (int i = 0; i < 50; i++) {
            replies.add(create(cluster, "t" + i, LONG));
        }
        replies.add(create(cluster, "t7", LONG));
        cluster.run();
        assertThat(replies).noneMatch(reply -> reply.toCompletableFuture().isDone());
        cluster.quorum.commitHeld();
        cluster.run();
        assertThat(replies).allMatch(reply -> reply.toCompletableFuture().isDone());
        assertThat(cluster.quorum.entries).hasSize(before + 2);
        assertThat(cluster.image().topicCount()).isEqualTo(51);
        assertThat(replies.getLast().toCompletableFuture().join().getFirst().verdict().error())
                .isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void aRefusalThatRestsOnAnUncommittedChangeWaitsForIt() {
        TestCluster cluster = TestCluster.started();
        cluster.quorum.hold();
        var first = create(cluster, "t", LONG);
        var second = create(cluster, "t", LONG);
        cluster.run();
        assertThat(second.toCompletableFuture()).isNotDone();
        cluster.quorum.commitHeld();
        assertThat(first.toCompletableFuture()).isCompleted();
        assertThat(second.toCompletableFuture().join().getFirst().verdict().error())
                .isEqualTo(ErrorCode.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void aCommandThatTakesTooLongIsTimedOutAndMayStillComeTrue() {
        TestCluster cluster = TestCluster.started();
        cluster.quorum.hold();
        var created = create(cluster, "t", Duration.ofSeconds(1));
        cluster.run();
        cluster.clock.advance(Duration.ofSeconds(2));
        assertThat(error(created)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        cluster.quorum.commitHeld();
        assertThat(cluster.image().topic("t")).isNotNull();
        assertThat(cluster.timers.pending()).isZero();
    }

    @Test
    void aCommandThatTimedOutBeforeItsTurnIsNotCarriedOut() {
        TestCluster cluster = TestCluster.started();
        var created = create(cluster, "t", Duration.ofSeconds(1));
        cluster.clock.advance(Duration.ofSeconds(2));
        cluster.run();
        assertThat(error(created)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        assertThat(cluster.image().topic("t")).isNull();
    }

    @Test
    void onlyTheLeaderDecides() {
        TestCluster cluster = TestCluster.started();
        cluster.quorum.lead(false);
        var refused = create(cluster, "t", LONG);
        cluster.run();
        assertThat(error(refused)).isEqualTo(ErrorCode.NOT_CONTROLLER);
        cluster.quorum.lead(true);
        assertThat(cluster.create("t", 1)).isNotNull();
    }

    @Test
    void whatTheQuorumRefusesIsToldAndForgotten() {
        TestCluster cluster = TestCluster.started();
        cluster.quorum.answer(new ProposeOutcome.Refused("too large"));
        var refused = create(cluster, "t", LONG);
        cluster.run();
        assertThat(error(refused)).isEqualTo(ErrorCode.UNKNOWN_SERVER_ERROR);
        cluster.quorum.answer(null);
        assertThat(cluster.create("t", 1)).isNotNull();
    }

    @Test
    void afterADoubtNothingIsDecidedUntilALaterEpoch() {
        TestCluster cluster = TestCluster.started();
        cluster.quorum.answer(new ProposeOutcome.Indeterminate("disk slow"));
        var doubtful = create(cluster, "t", LONG);
        cluster.run();
        assertThat(error(doubtful)).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        cluster.quorum.answer(null);
        var refused = create(cluster, "u", LONG);
        cluster.run();
        assertThat(error(refused)).isEqualTo(ErrorCode.NOT_CONTROLLER);
        cluster.quorum.lead(true);
        assertThat(cluster.create("u", 1)).isNotNull();
    }

    @Test
    void theQueueIsBounded() {
        TestCluster cluster = TestCluster.started(Map.of("controller.max-queued-commands", "2"));
        var first = create(cluster, "a", LONG);
        create(cluster, "b", LONG);
        assertThat(error(create(cluster, "c", LONG))).isEqualTo(ErrorCode.REQUEST_TIMED_OUT);
        cluster.run();
        assertThat(first.toCompletableFuture()).isCompleted();
    }

    @Test
    void closingRefusesWhatWaits() {
        TestCluster cluster = TestCluster.started();
        var waiting = create(cluster, "a", LONG);
        cluster.loop.close();
        assertThat(error(waiting)).isEqualTo(ErrorCode.NOT_CONTROLLER);
        assertThat(error(create(cluster, "b", LONG))).isEqualTo(ErrorCode.NOT_CONTROLLER);
    }

    @Test
    void itsExecutorCarriesCommandsOut()
            throws ExecutionException, InterruptedException, TimeoutException {
        TestCluster cluster = TestCluster.started();
        Execution execution =
                new ThreadedExecution(
                        Clock.system(), new SplittableRandom(1), Metrics.discarding());
        cluster.loop.start(execution.serial("controller"));
        List<CompletionStage<List<CreatedTopic>>> replies = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            replies.add(create(cluster, "t" + i, LONG));
        }
        for (CompletionStage<List<CreatedTopic>> reply : replies) {
            assertThat(reply.toCompletableFuture().get(30, TimeUnit.SECONDS).getFirst().verdict())
                    .isEqualTo(Verdict.ACCEPTED);
        }
        cluster.loop
                .submit(new DeleteTopics(List.of(new TopicRef("t3", TopicId.NONE))), LONG)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        assertThat(cluster.image().topicCount()).isEqualTo(199);
        cluster.loop.close();
    }

    @Test
    void producerIdsAreUniqueAcrossBlocksAndRestarts() {
        TestCluster cluster = TestCluster.started();
        Set<Long> given = new HashSet<>();
        ProducerIds ids = new ProducerIds(TestCluster.NODE, cluster.loop, LONG, 50_000);
        for (int i = 0; i < 2_500; i++) {
            assertThat(given.add(cluster.await(ids.next()))).isTrue();
        }
        TestCluster next = cluster.restarted();
        next.enter();
        ProducerIds later = new ProducerIds(TestCluster.NODE, next.loop, LONG, 50_000);
        for (int i = 0; i < 1_500; i++) {
            assertThat(given.add(next.await(later.next()))).isTrue();
        }
    }

    @Test
    void aProducerIdIsGivenOnlyOnceItsBlockIsCommitted() {
        TestCluster cluster = TestCluster.started();
        cluster.quorum.hold();
        ProducerIds ids = new ProducerIds(TestCluster.NODE, cluster.loop, LONG, 50_000);
        List<CompletionStage<Long>> waiting = new ArrayList<>();
        for (int i = 0; i < 1_500; i++) {
            waiting.add(ids.next());
        }
        cluster.run();
        assertThat(waiting).noneMatch(id -> id.toCompletableFuture().isDone());
        cluster.quorum.commitHeld();
        cluster.run();
        assertThat(waiting).allMatch(id -> id.toCompletableFuture().isDone());
        assertThat(waiting.stream().map(id -> id.toCompletableFuture().join()).distinct().count())
                .isEqualTo(1_500);
    }

    @Test
    void withoutAControllerThereAreNoProducerIdsAndLaterThereAre() {
        TestCluster cluster = TestCluster.started();
        ProducerIds ids = new ProducerIds(TestCluster.NODE, cluster.loop, LONG, 50_000);
        cluster.quorum.lead(false);
        var refused = ids.next();
        cluster.run();
        assertThat(error(refused)).isEqualTo(ErrorCode.NOT_CONTROLLER);
        cluster.quorum.lead(true);
        assertThat(cluster.await(ids.next())).isZero();
    }
}
