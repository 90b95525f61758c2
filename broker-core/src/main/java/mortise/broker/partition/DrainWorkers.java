package mortise.broker.partition;

/** Takes mailboxes, with their ownership, that the thread at hand should not drain. */
interface DrainWorkers extends AutoCloseable {
    /**
     * Drains a mailbox later. Called by its owner, who is no longer that afterwards. A mailbox has
     * one owner, so it waits here at most once.
     */
    void submit(PartitionMailbox mailbox);

    @Override
    void close();
}
