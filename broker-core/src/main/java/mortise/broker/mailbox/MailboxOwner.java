package mortise.broker.mailbox;

/**
 * The state behind a mailbox. Its methods are called by whoever drains the mailbox, never
 * concurrently, and each sees everything that the one before it did. None may block, force a disk,
 * or do work that grows with what is stored: for that the owner {@linkplain Mailbox#suspend
 * suspends} itself. None should throw.
 *
 * @param <D> its data commands
 * @param <C> its control commands
 */
public interface MailboxOwner<D extends DataCommand, C> {
    /** Handles coalesced signals: one bit each, however often they were raised. */
    void signalled(int signals);

    /** Executes a command of the control lane; on a drain thread. */
    void execute(C command);

    /**
     * Serves data commands, in order: the first, which was taken already, and as many of those
     * behind it as the owner likes to take together. What was taken is through when this returns,
     * or when the continuation of a suspension that began here has; their credit is given back
     * then.
     *
     * @param first the oldest command
     * @param behind what is behind it, for the duration of the call
     */
    void serve(D first, DataLane<D> behind);

    /**
     * Takes itself out of service, because a method above or the continuation of a suspension
     * threw. What it had taken is its own to end; what comes later is still given to it, to be
     * refused.
     */
    void fence(Throwable cause);
}
