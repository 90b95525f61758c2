package mortise.broker.partition;

import java.util.Map;
import mortise.broker.mailbox.CreditLine;
import mortise.broker.mailbox.DataCommand;
import mortise.broker.mailbox.DrainSite;
import mortise.broker.mailbox.Drains;
import mortise.broker.mailbox.Mailbox;
import mortise.broker.mailbox.MailboxBounds;
import mortise.broker.mailbox.MailboxOwner;
import mortise.broker.runtime.Failures;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.StorageException;

/**
 * What all partitions of a broker share.
 *
 * @param services what the broker hands its partitions
 * @param mailboxes what their mailboxes share
 * @param checks what produced batches must satisfy
 * @param reports who hears of what went wrong
 * @param producers how many idempotent producers they remember
 * @param runs the runs of the threads that drain them
 */
record PartitionContext(
        PartitionServices services,
        Mailboxes mailboxes,
        ProduceChecks checks,
        PartitionMetrics metrics,
        Reports reports,
        Producers producers,
        AppendRuns runs) {
    /** What the mailboxes of all partitions, and of who appends to them, share. */
    record Mailboxes(Drains drains, CreditLine credits, MailboxBounds bounds) {
        <D extends DataCommand, C> Mailbox<D, C> of(MailboxOwner<D, C> owner, DrainSite site) {
            return new Mailbox<>(owner, site, drains, credits, bounds);
        }
    }

    /**
     * How many idempotent producers are remembered.
     *
     * @param all by all partitions together
     * @param each by each of them
     */
    record Producers(RememberedProducers all, ProducerBounds each) {}

    /**
     * Who hears of what happens to partitions.
     *
     * @param unexpected hears of what others throw when a partition tells them something
     * @param refusedReads hears of reads that the store refused
     * @param directories hears of a log directory that can no longer be used
     * @param leaderships by topic, who hears when leadership of its partitions changes
     */
    record Reports(
            Failures unexpected,
            RefusedReads refusedReads,
            DirectoryFailures directories,
            Map<String, LeadershipWatcher> leaderships) {
        void leadershipChanged(Partition partition) {
            LeadershipWatcher watcher = leaderships.get(partition.name().topic());
            if (watcher != null) {
                unexpected.contain(
                        "telling of the leadership of " + partition,
                        () -> watcher.leadershipChanged(partition));
            }
        }
    }

    /** Takes every partition of a directory out of service. */
    interface DirectoryFailures {
        void directoryFailed(LogDirectory directory, StorageException cause);
    }
}
