package mortise.broker.partition;

/** A request that needs room in mailboxes for all of its batches at once. */
public interface CreditRequest {
    /** How many batches. */
    int batchCount();

    /** Where a batch goes; no two of a request go to the same mailbox. */
    PartitionMailbox batchTarget(int index);

    /** How large a batch is. */
    int batchBytes(int index);

    /**
     * There is room now, and it is taken: the batches are to be offered. Called once, on any
     * thread; must not block.
     */
    void creditGranted();
}
