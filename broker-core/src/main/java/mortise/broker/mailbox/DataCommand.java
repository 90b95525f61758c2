package mortise.broker.mailbox;

/** An element of a mailbox's data lane, which is bounded in number and bytes. */
public interface DataCommand {
    /** How much of the lane's bytes it takes; the same at every call, also once it is served. */
    int sizeInBytes();
}
