package mortise.broker.mailbox;

/**
 * How much one mailbox holds.
 *
 * @param commands data commands
 * @param bytes bytes of data commands; a larger command passes when no other is there
 */
public record MailboxBounds(int commands, long bytes) {}
