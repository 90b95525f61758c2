package mortise.broker.plugin;

import java.nio.ByteBuffer;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerException;
import mortise.spi.partition.TopicView;
import org.jspecify.annotations.Nullable;

/**
 * The partitioner of a plugin, counted and named: what it throws, and an answer that is no
 * partition of the topic, fails the record with the plugin's name. Allocates nothing per record.
 */
final class MeteredPartitioner implements Partitioner {
    private final PluginInstance<Partitioner> instance;
    private final Partitioner partitioner;
    private final PluginActivity activity;

    MeteredPartitioner(PluginInstance<Partitioner> instance) {
        this.instance = instance;
        this.partitioner = instance.made();
        this.activity = instance.activity();
    }

    @Override
    public void start() {
        try {
            instance.start();
        } catch (RefusedPluginException refused) {
            throw new PartitionerException(String.valueOf(refused.getMessage()), refused);
        }
    }

    @Override
    public int partition(TopicView topic, @Nullable ByteBuffer key, int recordBytes) {
        ClassLoader before = activity.enter();
        long begun = activity.now();
        int chosen;
        try {
            chosen = partitioner.partition(topic, key, recordBytes);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError failure) {
            throw new PartitionerException(activity.failed("partition", failure), failure);
        } finally {
            activity.leave(before, begun);
        }
        if (chosen < 0 || chosen >= topic.partitionCount()) {
            throw stray(topic, chosen);
        }
        return chosen;
    }

    private PartitionerException stray(TopicView topic, int chosen) {
        activity.failed();
        return new PartitionerException(
                activity.title()
                        + " chose partition "
                        + chosen
                        + " of topic "
                        + topic.name()
                        + ", which has partitions 0 to "
                        + (topic.partitionCount() - 1));
    }

    @Override
    public void close() {
        instance.close();
    }
}
