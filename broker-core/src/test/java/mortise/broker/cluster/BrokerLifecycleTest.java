package mortise.broker.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.api.RefusedException;
import mortise.metadata.BrokerImage;
import mortise.metadata.controller.ControllerCommand;
import mortise.metadata.controller.ControllerCommand.RegisterBroker;
import mortise.metadata.controller.ControllerCommand.UnfenceBroker;
import org.junit.jupiter.api.Test;

/** A broker's way into its cluster through whatever gateway it has. */
class BrokerLifecycleTest {
    private static final List<BrokerImage.Endpoint> ENDPOINTS =
            List.of(new BrokerImage.Endpoint("PLAINTEXT", new HostPort("broker.test", 9092)));

    private final TestCluster cluster = TestCluster.fresh(Map.of(), TestCluster.STORE);

    private static RefusedException error(CompletionStage<?> stage) {
        CompletableFuture<?> future = stage.toCompletableFuture();
        assertThat(future).isCompletedExceptionally();
        Throwable failure = future.exceptionNow();
        assertThat(failure).isInstanceOf(RefusedException.class);
        return (RefusedException) failure;
    }

    @Test
    void aBrokerSubmitsItsRegistrationUntilThereIsAController() {
        var entered = cluster.lifecycle.enter(ENDPOINTS);
        for (int i = 0; i < 20; i++) {
            cluster.run();
            cluster.clock.advance(Duration.ofSeconds(1));
        }
        assertThat(entered.toCompletableFuture()).isNotDone();

        cluster.quorum.start(cluster.publisher);
        for (int i = 0; i < 3; i++) {
            cluster.run();
            cluster.clock.advance(Duration.ofSeconds(1));
        }

        assertThat(entered.toCompletableFuture()).isCompleted();
        assertThat(cluster.image().isLive(TestCluster.NODE)).isTrue();
    }

    @Test
    void withoutAControllerItGivesUpWhenItsTimeIsUp() {
        var entered = cluster.lifecycle.enter(ENDPOINTS);
        for (int i = 0; i < 70; i++) {
            cluster.run();
            cluster.clock.advance(Duration.ofSeconds(1));
        }
        assertThat(error(entered).error()).isEqualTo(ErrorCode.NOT_CONTROLLER);
        assertThat(cluster.timers.pending()).isZero();
    }

    /** Leads the way to another broker's controller, whose answers overtake the metadata log. */
    private final class Remote implements ControllerGateway {
        final List<ControllerCommand<?>> submitted = new ArrayList<>();
        final List<ErrorCode> refusals = new ArrayList<>();

        @SuppressWarnings("unchecked") // both commands are answered with an epoch
        @Override
        public <R> CompletionStage<R> submit(ControllerCommand<R> command, Duration timeout) {
            submitted.add(command);
            return refusals.isEmpty()
                    ? (CompletionStage<R>) CompletableFuture.completedStage(7L)
                    : CompletableFuture.failedStage(
                            new RefusedException(refusals.removeFirst(), "not now"));
        }

        BrokerLifecycle lifecycle() {
            return new BrokerLifecycle(
                    new BrokerLifecycle.Self("test-cluster", TestCluster.NODE, null),
                    cluster.publisher,
                    this,
                    cluster.clock,
                    cluster.timers,
                    new java.util.SplittableRandom(1));
        }
    }

    @Test
    void partitionsAreOpenedOnceThisBrokersOwnImageHasTheRegistration() {
        Remote remote = new Remote();
        remote.refusals.addAll(List.of(ErrorCode.REQUEST_TIMED_OUT, ErrorCode.NOT_CONTROLLER));
        cluster.quorum.start(cluster.publisher);
        var entered = remote.lifecycle().enter(ENDPOINTS);
        cluster.clock.advance(Duration.ofSeconds(1));
        cluster.run();
        assertThat(remote.submitted).hasSize(3).allMatch(RegisterBroker.class::isInstance);
        assertThat(entered.toCompletableFuture()).as("answered, not heard").isNotDone();

        cluster.submit((RegisterBroker) remote.submitted.getLast());
        cluster.run();

        assertThat(remote.submitted).hasSize(4).last().isInstanceOf(UnfenceBroker.class);
        assertThat(entered.toCompletableFuture()).isCompleted();
    }

    @Test
    void whatTheControllerRefusesIsNotTriedAgain() {
        Remote remote = new Remote();
        remote.refusals.add(ErrorCode.INCONSISTENT_CLUSTER_ID);
        var entered = remote.lifecycle().enter(ENDPOINTS);
        cluster.clock.advance(Duration.ofSeconds(5));
        assertThat(error(entered).error()).isEqualTo(ErrorCode.INCONSISTENT_CLUSTER_ID);
        assertThat(remote.submitted).hasSize(1);
    }
}
