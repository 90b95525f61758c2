package mortise.broker.cluster;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.metadata.BrokerImage;
import mortise.metadata.ClusterImage;
import mortise.metadata.ImageChange;
import mortise.metadata.controller.ControllerCommand;
import mortise.metadata.controller.ControllerCommand.RegisterBroker;
import mortise.metadata.controller.ControllerCommand.UnfenceBroker;
import org.jspecify.annotations.Nullable;

/**
 * A broker's way into its cluster: it registers this run with the controller, wherever that is
 * (which begins a new leader epoch for every partition that it leads), opens its partitions once
 * its own image has the registration, and lets clients come. Used once.
 */
public final class BrokerLifecycle {
    private static final Duration STEP_TIMEOUT = Duration.ofMinutes(1);

    private final Self self;
    private final MetadataPublisher publisher;
    private final ControllerGateway controller;
    private final Clock clock;
    private final Timers timers;
    private final UUID incarnation;
    private final CompletableFuture<Void> registered = new CompletableFuture<>();

    /**
     * The broker that enters.
     *
     * @param clusterId the cluster that its data belongs to
     * @param rack where it stands, if somebody said
     */
    public record Self(String clusterId, int nodeId, @Nullable String rack) {}

    /** A broker that is not in its cluster yet. To be made before the quorum starts. */
    public BrokerLifecycle(
            Self self,
            MetadataPublisher publisher,
            ControllerGateway controller,
            Clock clock,
            Timers timers,
            RandomGenerator random) {
        this.self = self;
        this.publisher = publisher;
        this.controller = controller;
        this.clock = clock;
        this.timers = timers;
        incarnation = new UUID(random.nextLong(), random.nextLong());
        publisher.listen(
                new ImageListener() {
                    @Override
                    public void changed(ImageChange change) {
                        look(change.after());
                    }
                });
    }

    private void look(ClusterImage image) {
        BrokerImage broker = image.brokers().get(self.nodeId());
        if (broker != null && broker.incarnation().equals(incarnation)) {
            registered.complete(null);
        }
    }

    /**
     * Goes the whole way. Completes when clients may come; fails if no controller answered in time,
     * or with why it refused.
     *
     * @param endpoints how other brokers and their clients reach this one
     */
    public CompletionStage<OpenedPartitions> enter(List<BrokerImage.Endpoint> endpoints) {
        return enter(endpoints, null);
    }

    /**
     * Goes the whole way, and makes topics known on it that were imported into this broker's store.
     *
     * @param arrivals these topics; null if the broker keeps no files, and so has none
     */
    public CompletionStage<OpenedPartitions> enter(
            List<BrokerImage.Endpoint> endpoints, @Nullable TopicArrivals arrivals) {
        RegisterBroker register =
                new RegisterBroker(
                        self.clusterId(), self.nodeId(), incarnation, self.rack(), endpoints);
        return submit(register)
                .thenCompose(epoch ->
                        registered
                                .thenCompose(here -> settle(arrivals))
                                .thenCompose(known -> open(epoch)));
    }

    private CompletionStage<Void> settle(@Nullable TopicArrivals arrivals) {
        return arrivals == null
                ? CompletableFuture.completedStage(null)
                : arrivals.settle(this::submit);
    }

    private CompletionStage<OpenedPartitions> open(long epoch) {
        return publisher
                .openPartitions()
                .thenCompose(opened ->
                        submit(new UnfenceBroker(self.nodeId(), epoch))
                                .thenApply(unfenced -> opened));
    }

    private <R> CompletionStage<R> submit(ControllerCommand<R> command) {
        return new RetriedCommand<>(controller, command, STEP_TIMEOUT, clock, timers).submit();
    }
}
