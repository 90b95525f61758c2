package mortise.broker.cluster;

import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;
import mortise.metadata.BrokerImage;
import mortise.metadata.config.MetadataSettings;
import mortise.metadata.controller.ControllerCommand.RegisterBroker;
import mortise.metadata.controller.ControllerCommand.UnfenceBroker;
import mortise.spi.consensus.Leadership;

/**
 * A broker's way into its cluster: it waits for the controller, registers this run (which begins a
 * new leader epoch for every partition that it leads), opens its partitions, and lets clients come.
 * Used once.
 */
public final class BrokerLifecycle {
    private static final Duration STEP_TIMEOUT = Duration.ofMinutes(1);

    private final String clusterId;
    private final int nodeId;
    private final MetadataPublisher publisher;
    private final ControllerLoop controller;
    private final MetadataSettings settings;
    private final UUID incarnation;
    private final CompletableFuture<Void> led = new CompletableFuture<>();

    /** A broker that is not in its cluster yet. To be made before the quorum starts. */
    public BrokerLifecycle(
            String clusterId,
            int nodeId,
            MetadataPublisher publisher,
            ControllerLoop controller,
            MetadataSettings settings,
            RandomGenerator random) {
        this.clusterId = clusterId;
        this.nodeId = nodeId;
        this.publisher = publisher;
        this.controller = controller;
        this.settings = settings;
        incarnation = new UUID(random.nextLong(), random.nextLong());
        publisher.listen(controller);
        publisher.listen(
                new ImageListener() {
                    @Override
                    public void leadership(Leadership leadership) {
                        if (leadership.local()) {
                            led.complete(null);
                        }
                    }
                });
    }

    /**
     * Goes the whole way. Completes when clients may come.
     *
     * @param endpoints how other brokers and their clients reach this one
     */
    public CompletionStage<OpenedPartitions> enter(List<BrokerImage.Endpoint> endpoints) {
        RegisterBroker register =
                new RegisterBroker(clusterId, nodeId, incarnation, settings.rack(), endpoints);
        return led.thenCompose(leads -> controller.submit(register, STEP_TIMEOUT))
                .thenCompose(epoch ->
                        publisher
                                .openPartitions()
                                .thenCompose(opened ->
                                        controller
                                                .submit(
                                                        new UnfenceBroker(nodeId, epoch),
                                                        STEP_TIMEOUT)
                                                .thenApply(unfenced -> opened)));
    }
}
