package mortise.broker.partition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jctools.queues.varhandle.MpscLinkedVarHandleQueue;
import org.jctools.queues.varhandle.unpadded.MpscGrowableVarHandleUnpaddedArrayQueue;

/**
 * The one entrance to a partition: whoever puts something in while nobody drains owns the partition
 * and drains it, or hands that on; everyone else returns. So a partition's state has one writer at
 * a time without a lock and without a thread of its own.
 *
 * <p>Two lanes. The data lane takes produce batches against credit (commands and bytes) that was
 * taken before the offer. The control lane never fails: signals are bits that coalesce, commands go
 * through a queue of their own, and both are served before data.
 *
 * <p><b>Memory.</b> {@code pending} counts what was put in and not yet seen. Moving it from 0 makes
 * an owner; only the owner subtracts, and leaving it at 0 gives ownership up. Both are full fences,
 * so the owner's plain writes are visible to the next owner. {@code used} is the credit taken: the
 * upper 24 bits count commands, the lower 40 bytes.
 */
public final class PartitionMailbox {
    private static final int BYTE_BITS = 40;
    private static final long BYTE_MASK = (1L << BYTE_BITS) - 1;
    private static final int FIRST_SLOTS = 2;
    private static final VarHandle PENDING;
    private static final VarHandle SIGNALS;
    private static final VarHandle USED;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PENDING = lookup.findVarHandle(PartitionMailbox.class, "pending", int.class);
            SIGNALS = lookup.findVarHandle(PartitionMailbox.class, "signals", int.class);
            USED = lookup.findVarHandle(PartitionMailbox.class, "used", long.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final MailboxOwner owner;
    private final DrainSite site;
    private final Drains drains;
    private final CreditLine line;
    private final int mostCommands;
    private final long mostBytes;
    private final MpscGrowableVarHandleUnpaddedArrayQueue<AppendBatch> data;
    private final MpscLinkedVarHandleQueue<ControlCommand> control =
            new MpscLinkedVarHandleQueue<>();

    private volatile int pending;

    @SuppressWarnings("UnusedVariable") // through SIGNALS
    private volatile int signals;

    private volatile long used;

    /** How many requests in the credit line need this mailbox. Written under the line's lock. */
    private volatile int waiters;

    /** The line's scan in which an earlier request was found waiting for it. Under its lock. */
    private long blockedInScan;

    PartitionMailbox(
            MailboxOwner owner,
            DrainSite site,
            Drains drains,
            CreditLine line,
            PartitionSettings settings) {
        this.owner = owner;
        this.site = site;
        this.drains = drains;
        this.line = line;
        this.mostCommands = settings.mailboxCommands();
        this.mostBytes = settings.mailboxBytes();
        this.data =
                new MpscGrowableVarHandleUnpaddedArrayQueue<>(
                        FIRST_SLOTS, Math.max(2 * FIRST_SLOTS, mostCommands));
    }

    DrainSite site() {
        return site;
    }

    /**
     * Takes credit for one batch, or nothing. A batch larger than the whole allowance passes when
     * no other bytes are there.
     */
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

    /** The batches that wait or are being appended. */
    int commandsUsed() {
        return (int) (used >>> BYTE_BITS);
    }

    /** The bytes that wait or are being appended. */
    long bytesUsed() {
        return used & BYTE_MASK;
    }

    /** Puts a batch in, for which credit was taken, and drains if nobody does. */
    public void offer(AppendBatch batch) {
        if (!data.offer(batch)) {
            throw new IllegalStateException(
                    "a mailbox of " + mostCommands + " commands is full although credit was taken");
        }
        if ((int) PENDING.getAndAdd(this, 1) == 0) {
            drains.drain(this);
        }
    }

    /** Raises signals; those that are up already stay up once. Never fails. */
    void signal(int bits) {
        int before = (int) SIGNALS.getAndBitwiseOr(this, bits);
        if ((before & bits) != bits && (int) PENDING.getAndAdd(this, 1) == 0) {
            drains.drainElsewhere(this);
        }
    }

    /** Puts a control command in. Never fails. */
    void offer(ControlCommand command) {
        control.offer(command);
        if ((int) PENDING.getAndAdd(this, 1) == 0) {
            drains.drainElsewhere(this);
        }
    }

    /**
     * Serves what is there, as its owner.
     *
     * @return true if everything was served and ownership was given up; false if the caller still
     *     owns the mailbox and must hand it on, because the quota is used up or a control command
     *     waits for a drain thread
     */
    boolean drain(Trampoline on) {
        int seen = pending;
        while (true) {
            try {
                if (!serveControl(on) || !serveData(on)) {
                    return false;
                }
            } catch (RuntimeException | Error unexpected) {
                // what is left in the lanes is still counted, and refused on the next turn
                fence(unexpected);
                continue;
            }
            int left = (int) PENDING.getAndAdd(this, -seen) - seen;
            if (left == 0) {
                return true;
            }
            seen = left;
        }
    }

    /** Whatever becomes of it, the drain goes on: its owner refuses what is left in the lanes. */
    private void fence(Throwable cause) {
        try {
            owner.fence(cause);
        } catch (RuntimeException | Error another) {
            cause.addSuppressed(another); // its owner could not say it; it is fenced all the same
        }
    }

    private boolean serveControl(Trampoline on) {
        int raised = (int) SIGNALS.getAndSet(this, 0);
        if (raised != 0) {
            owner.signalled(raised);
        }
        if (control.isEmpty()) {
            return true;
        }
        if (!on.worker()) {
            return false;
        }
        for (ControlCommand next = control.relaxedPoll();
                next != null;
                next = control.relaxedPoll()) {
            owner.execute(next);
        }
        return true;
    }

    private boolean serveData(Trampoline on) {
        AppendRun run = on.run();
        while (true) {
            if (on.exhausted()) {
                return data.isEmpty();
            }
            gather(run, on.commandsLeft());
            int commands = run.takenCount();
            if (commands == 0) {
                return true;
            }
            long bytes = run.takenBytes();
            on.spend(commands, bytes);
            try {
                owner.append(run);
            } finally {
                run.clear();
                giveBack(commands, bytes);
            }
        }
    }

    private void gather(AppendRun run, int most) {
        int mostRunBytes = owner.runBytes();
        while (!run.isFull() && run.takenCount() < most) {
            AppendBatch next = data.relaxedPeek();
            if (next == null
                    || (run.takenCount() > 0
                            && (long) run.takenBytes() + next.sizeInBytes() > mostRunBytes)) {
                return;
            }
            run.take(data.relaxedPoll());
        }
    }

    /** How much waits, for people. */
    @Override
    public String toString() {
        return commandsUsed() + " commands, " + bytesUsed() + " bytes";
    }

    /** Whether a request in the credit line needs this mailbox. */
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
