package mortise.broker.mailbox;

/** Takes mailboxes, with their ownership, that the thread at hand should not drain. */
public interface DrainWorkers extends AutoCloseable {
    /**
     * Drains a mailbox later. Called by its owner, who is no longer that afterwards. A mailbox has
     * one owner, so it waits here at most once.
     */
    void submit(Mailbox<?, ?> mailbox);

    /**
     * Ends the workers once nothing waits for them; what is submitted later is drained by nobody.
     */
    @Override
    void close();
}
