package mortise.broker.partition;

import mortise.broker.metadata.PartitionImage;
import mortise.broker.metadata.TopicSettings;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.PartitionLog;

/**
 * The replicas that must have a record before it counts as written, and how far all of them are.
 * The log of this broker is the only one whose progress is known here.
 *
 * <p>A replica has a record in durability class A once it is appended, in class B once it is
 * durable. Confined to the partition's mailbox.
 */
final class InSyncReplicas {
    private final PartitionLog log;
    private LogPosition end;
    private boolean durable;
    private int assigned;
    private int inSync;

    InSyncReplicas(PartitionLog log, PartitionImage image, TopicSettings settings) {
        this.log = log;
        this.end = log.end();
        follow(image);
        use(settings);
    }

    /** Takes what the cluster says of the replicas. */
    void follow(PartitionImage image) {
        assigned = image.replicas().size();
        inSync = image.isr().size();
    }

    /** Takes the durability class. */
    void use(TopicSettings settings) {
        durable = settings.durable();
    }

    /** This broker's log ends there now. */
    void appended(LogPosition newEnd) {
        end = newEnd;
    }

    /** Where this broker's log ends. */
    LogPosition end() {
        return end;
    }

    /** How far all of them are. */
    LogPosition reached() {
        return durable ? log.durableEnd() : end;
    }

    /** How many are in sync. */
    int count() {
        return inSync;
    }

    /** How many a topic can ask for: as Apache Kafka has it, no more than there are. */
    int wanted(int minInsyncReplicas) {
        return Math.min(minInsyncReplicas, assigned);
    }
}
