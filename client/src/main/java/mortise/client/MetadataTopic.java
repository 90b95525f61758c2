package mortise.client;

import java.util.BitSet;
import mortise.spi.partition.TopicView;
import mortise.wire.message.MetadataResponse;

/** A topic as the metadata described it when its producer was made. */
final class MetadataTopic implements TopicView {
    private final String name;
    private final int partitionCount;
    private final BitSet led = new BitSet();

    MetadataTopic(MetadataResponse.MetadataResponseTopic topic) {
        name = String.valueOf(topic.name());
        partitionCount = topic.partitions().size();
        topic.partitions().stream()
                .filter(partition -> partition.leaderId() >= 0)
                .forEach(partition -> led.set(partition.partitionIndex()));
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public int partitionCount() {
        return partitionCount;
    }

    @Override
    public boolean hasLeader(int partition) {
        return led.get(partition);
    }
}
