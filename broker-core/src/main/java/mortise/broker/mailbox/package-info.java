/**
 * Mailboxes: the one entrance to state that has one writer at a time, whatever the state is.
 *
 * <p>An owner stands behind its {@link mortise.broker.mailbox.Mailbox}; a mailbox has a bounded
 * lane of data commands, signals that coalesce, and a lane of control commands that is never full.
 * Who drains is decided by {@link mortise.broker.mailbox.Drains}; room for data comes from the
 * {@link mortise.broker.mailbox.CreditLine}; an owner that must wait for a disk is suspended
 * ({@link mortise.broker.mailbox.Suspension}). {@code docs/synchronization.md} says why it is
 * right.
 *
 * <p>Nothing here knows of partitions, or of any other owner.
 */
package mortise.broker.mailbox;
