package mortise.broker.partition;

/**
 * The state behind a mailbox. Its methods are called by whoever drains the mailbox, never
 * concurrently, and each sees everything that the one before it did. None may block or throw.
 */
interface MailboxOwner {
    /** Handles coalesced signals: one bit each, however often they were raised. */
    void signalled(int signals);

    /** Executes a command of the reserved lane; on a drain thread. */
    void execute(ControlCommand command);

    /** Appends batches, in order. The run is the caller's again when this returns. */
    void append(AppendRun run);

    /** How many bytes one run should not exceed. */
    int runBytes();

    /** Takes itself out of service, because a method above threw. */
    void fence(Throwable cause);
}
