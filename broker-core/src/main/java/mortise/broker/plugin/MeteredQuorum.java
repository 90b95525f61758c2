package mortise.broker.plugin;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.consensus.ProposeOutcome;
import mortise.spi.consensus.QuorumListener;
import mortise.spi.consensus.QuorumView;

/**
 * The quorum of a consensus plugin: bounded in starting and closing, counted and named in calls.
 */
public final class MeteredQuorum implements MetadataQuorum {
    private final PluginInstance<MetadataQuorum> instance;
    private final MetadataQuorum quorum;
    private final PluginActivity activity;

    /** A plugin's quorum. */
    public MeteredQuorum(PluginInstance<MetadataQuorum> instance) {
        this.instance = instance;
        this.quorum = instance.made();
        this.activity = instance.activity();
    }

    @Override
    public void start(QuorumListener listener) {
        instance.start(() -> quorum.start(listener));
    }

    /** Starts among others, once its plugin has started. */
    public void begin(PluginStarts starts, QuorumListener listener) {
        starts.handIn(instance, () -> quorum.start(listener));
    }

    @Override
    public CompletionStage<ProposeOutcome> propose(int epoch, List<byte[]> records) {
        return activity.callOr("propose", () -> quorum.propose(epoch, records), this::failed);
    }

    @Override
    public CompletionStage<Long> readBarrier() {
        return activity.callOr("readBarrier", quorum::readBarrier, this::failed);
    }

    private <R> CompletionStage<R> failed(String call, Throwable failure) {
        switch (failure) {
            // an entry may commit at once: then these are perhaps those of the listener, not the
            // plugin's
            case AssertionError broken -> throw broken;
            case StackOverflowError deep -> throw deep;
            default -> {}
        }
        return CompletableFuture.failedFuture(
                new RefusedPluginException(activity.failed(call, failure), failure));
    }

    @Override
    public QuorumView view() {
        return quorum.view();
    }

    @Override
    public void close() {
        instance.close();
    }
}
