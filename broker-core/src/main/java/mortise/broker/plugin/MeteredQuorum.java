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
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return quorum.propose(epoch, records);
        } catch (RuntimeException | LinkageError failure) {
            return CompletableFuture.failedFuture(
                    new RefusedPluginException(activity.failed("propose", failure), failure));
        } finally {
            activity.leave(before, begun);
        }
    }

    @Override
    public CompletionStage<Long> readBarrier() {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        try {
            return quorum.readBarrier();
        } catch (RuntimeException | LinkageError failure) {
            return CompletableFuture.failedFuture(
                    new RefusedPluginException(activity.failed("readBarrier", failure), failure));
        } finally {
            activity.leave(before, begun);
        }
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
