package mortise.broker.mailbox;

/** A request that needs room in mailboxes for all of its data commands at once. */
public interface CreditRequest {
    /** How many commands. */
    int commandCount();

    /** Where a command goes; no two of a request go to the same mailbox. */
    Mailbox<?, ?> target(int index);

    /** How large a command is. */
    int bytes(int index);

    /**
     * There is room now, and it is taken: the commands are to be offered. Called once, on any
     * thread; must not block.
     */
    void creditGranted();
}
