package mortise.broker.plugin;

import java.nio.ByteBuffer;
import mortise.spi.partition.Partitioner;
import mortise.spi.partition.PartitionerException;
import mortise.spi.partition.TopicView;
import org.jspecify.annotations.Nullable;

/**
 * The partitioner of a plugin, counted and named: what it throws, and an answer that is no
 * partition of the topic, fails the record with the plugin's name. Once compiled it allocates
 * nothing per record.
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
        int chosen =
                activity.call(
                        "partition",
                        () -> partitioner.partition(topic, key, recordBytes),
                        this::failed);
        if (chosen < 0 || chosen >= topic.partitionCount()) {
            throw stray(topic, chosen);
        }
        return chosen;
    }

    private PartitionerException failed(String call, Throwable failure) {
        return new PartitionerException(activity.failed(call, failure), failure);
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
