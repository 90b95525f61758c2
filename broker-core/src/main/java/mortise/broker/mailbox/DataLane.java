package mortise.broker.mailbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jctools.queues.varhandle.unpadded.MpscGrowableVarHandleUnpaddedArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A mailbox's data commands, bounded by credit that is taken before a command is offered and given
 * back when it is through.
 *
 * <p><b>Memory.</b> {@code used} is the credit taken: the upper 24 bits count commands, the lower
 * 40 bytes. Anyone moves it; what was taken from the queue and is not through yet is counted in
 * plain fields, which belong to the mailbox's owner.
 *
 * @param <D> the commands
 */
public final class DataLane<D extends DataCommand> {
    private static final int BYTE_BITS = 40;
    private static final long BYTE_MASK = (1L << BYTE_BITS) - 1;
    private static final int FIRST_SLOTS = 2;
    private static final VarHandle USED;

    static {
        try {
            USED = MethodHandles.lookup().findVarHandle(DataLane.class, "used", long.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final CreditLine line;
    private final int mostCommands;
    private final long mostBytes;
    private final MpscGrowableVarHandleUnpaddedArrayQueue<D> queue;

    private volatile long used;

    /** How many requests in the credit line need this lane. Written under the line's lock. */
    private volatile int waiters;

    /** The line's scan in which an earlier request was found waiting for it. Under its lock. */
    private long blockedInScan;

    // the owner's
    private int takenCommands;
    private long takenBytes;
    private int mostTaken;

    DataLane(CreditLine line, MailboxBounds bounds) {
        this.line = line;
        this.mostCommands = bounds.commands();
        this.mostBytes = bounds.bytes();
        this.queue =
                new MpscGrowableVarHandleUnpaddedArrayQueue<>(
                        FIRST_SLOTS, Math.max(2 * FIRST_SLOTS, mostCommands));
    }

    // ---- for the owner, while it serves

    /** The next command, or null if none is there that may be taken in this call. */
    public @Nullable D peek() {
        return takenCommands < mostTaken ? queue.relaxedPeek() : null;
    }

    /** Takes the command that {@link #peek} has shown. */
    public D take() {
        D next = queue.relaxedPoll();
        if (next == null) {
            throw new IllegalStateException("a command was taken from a lane that showed none");
        }
        takenCommands++;
        takenBytes += next.sizeInBytes();
        return next;
    }

    // ---- for the mailbox

    /**
     * Takes the first command of a call; null if there is none.
     *
     * @param most how many the call may take
     */
    @Nullable D first(int most) {
        mostTaken = most;
        return queue.relaxedPeek() == null ? null : take();
    }

    int takenCommands() {
        return takenCommands;
    }

    long takenBytes() {
        return takenBytes;
    }

    /** What was taken is through: its credit goes back. */
    void through() {
        int commands = takenCommands;
        if (commands > 0) {
            long bytes = takenBytes;
            takenCommands = 0;
            takenBytes = 0;
            giveBack(commands, bytes);
        }
    }

    void put(D command) {
        if (!queue.offer(command)) {
            throw new IllegalStateException(
                    "a mailbox of " + mostCommands + " commands is full although credit was taken");
        }
    }

    boolean isEmpty() {
        return queue.isEmpty();
    }

    // ---- credit

    boolean tryTake(int bytes) {
        while (true) {
            long seen = used;
            long bytesUsed = seen & BYTE_MASK;
            if ((seen >>> BYTE_BITS) >= mostCommands
                    || (bytesUsed > 0 && bytesUsed + bytes > mostBytes)) {
                return false;
            }
            if (USED.compareAndSet(this, seen, seen + (1L << BYTE_BITS) + bytes)) {
                return true;
            }
        }
    }

    /** Gives credit back and lets waiting requests try. */
    void giveBack(int commands, long bytes) {
        USED.getAndAdd(this, -(((long) commands << BYTE_BITS) + bytes));
        if (waiters > 0) {
            line.roomMade();
        }
    }

    /** Gives back credit for which nothing was offered; whoever took it scans the line itself. */
    void returnUnused(int bytes) {
        USED.getAndAdd(this, -((1L << BYTE_BITS) + bytes));
    }

    int commandsUsed() {
        return (int) (used >>> BYTE_BITS);
    }

    long bytesUsed() {
        return used & BYTE_MASK;
    }

    /** Whether a request in the credit line needs this lane. */
    boolean awaited() {
        return waiters > 0;
    }

    @SuppressWarnings("NonAtomicVolatileUpdate") // only under the line's lock
    void addWaiter(int change) {
        waiters += change;
    }

    boolean blockedIn(long scan) {
        return blockedInScan == scan;
    }

    void blockIn(long scan) {
        blockedInScan = scan;
    }
}
