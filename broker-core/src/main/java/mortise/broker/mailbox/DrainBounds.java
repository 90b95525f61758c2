package mortise.broker.mailbox;

/**
 * How much one thread drains in one go.
 *
 * @param commands data commands before what is left is handed on
 * @param bytes bytes of data commands before what is left is handed on
 * @param runQueue mailboxes that wait on a thread for the one being drained
 */
public record DrainBounds(int commands, long bytes, int runQueue) {}
