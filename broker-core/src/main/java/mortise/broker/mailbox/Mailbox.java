package mortise.broker.mailbox;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import mortise.broker.runtime.Blocking;
import org.jctools.queues.varhandle.MpscLinkedVarHandleQueue;
import org.jspecify.annotations.Nullable;

/**
 * The one entrance to an owner's state: whoever puts something in while nobody drains owns the
 * mailbox and drains it, or hands that on; everyone else returns. So the state has one writer at a
 * time without a lock and without a thread of its own.
 *
 * <p>Two lanes. The data lane takes commands against credit (commands and bytes) that was taken
 * before the offer. The control lane never fails: signals are bits that coalesce, commands go
 * through a queue of their own, and both are served before data.
 *
 * <p>An owner whose next step must wait for something suspends itself: see {@link #suspend}.
 *
 * <p><b>Memory.</b> {@code pending} counts what was put in and not yet seen. Moving it from 0 makes
 * an owner; only the owner subtracts, and leaving it at 0 gives ownership up. Both are full fences,
 * so the owner's plain writes are visible to the next owner.
 *
 * @param <D> the owner's data commands
 * @param <C> its control commands
 */
public final class Mailbox<D extends DataCommand, C> {
    private static final VarHandle PENDING;
    private static final VarHandle SIGNALS;

    static {
        try {
            MethodHandles.Lookup lookup = MethodHandles.lookup();
            PENDING = lookup.findVarHandle(Mailbox.class, "pending", int.class);
            SIGNALS = lookup.findVarHandle(Mailbox.class, "signals", int.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    private final MailboxOwner<D, C> owner;
    private volatile DrainSite site;
    private final Drains drains;
    private final DataLane<D> data;
    private final MpscLinkedVarHandleQueue<C> control = new MpscLinkedVarHandleQueue<>();

    private volatile int pending;

    @SuppressWarnings("UnusedVariable") // through SIGNALS
    private volatile int signals;

    /** What the owner waits for; plain, for it belongs to whoever owns the mailbox. */
    private @Nullable Suspension suspension;

    /**
     * A mailbox with nothing in it.
     *
     * @param site shared by the mailboxes whose owners write to the same device
     * @param line where requests wait that find too little room
     */
    public Mailbox(
            MailboxOwner<D, C> owner,
            DrainSite site,
            Drains drains,
            CreditLine line,
            MailboxBounds bounds) {
        this.owner = owner;
        this.site = site;
        this.drains = drains;
        this.data = new DataLane<>(line, bounds);
    }

    DrainSite site() {
        return site;
    }

    /** Notes that the owner writes to another device from now on. */
    public void moveTo(DrainSite other) {
        site = other;
    }

    DataLane<D> data() {
        return data;
    }

    /**
     * Takes credit for one command, or nothing. A command larger than the whole allowance passes
     * when no other bytes are there. A request with several commands goes through the {@link
     * CreditLine}.
     */
    public boolean tryTake(int bytes) {
        return data.tryTake(bytes);
    }

    /** The data commands that wait or are being served. */
    public int commandsUsed() {
        return data.commandsUsed();
    }

    /** The bytes that wait or are being served. */
    public long bytesUsed() {
        return data.bytesUsed();
    }

    /** Puts a data command in, for which credit was taken, and drains if nobody does. */
    public void offer(D command) {
        data.put(command);
        if ((int) PENDING.getAndAdd(this, 1) == 0) {
            drains.drain(this);
        }
    }

    /** Raises signals; those that are up already stay up once. Never fails. */
    public void signal(int bits) {
        int before = (int) SIGNALS.getAndBitwiseOr(this, bits);
        if ((before & bits) != bits && (int) PENDING.getAndAdd(this, 1) == 0) {
            drains.drainElsewhere(this);
        }
    }

    /** Puts a control command in. Never fails. */
    public void control(C command) {
        control.offer(command);
        if ((int) PENDING.getAndAdd(this, 1) == 0) {
            drains.drainElsewhere(this);
        }
    }

    // ---- suspending

    /**
     * Suspends the owner; called by itself, in one of its methods or in a continuation, of which it
     * should be the last act. What it has taken from the data lane stays its own.
     *
     * @param continuation run in a drain, before anything else, once the suspension is resumed; may
     *     suspend again
     */
    public Suspension suspend(Runnable continuation) {
        if (suspension != null) {
            throw new IllegalStateException("the owner of a mailbox is suspended already: " + this);
        }
        Suspension begun = new Suspension(this, continuation);
        suspension = begun;
        return begun;
    }

    /**
     * Suspends the owner while a step of its own blocks elsewhere.
     *
     * @param what the step, for people
     * @param step may use the owner's state, which nobody else does meanwhile
     * @param then run in a drain with the step's result, or with null and what it threw
     */
    public <T extends @Nullable Object> void suspendFor(
            Blocking blocking,
            String what,
            Callable<T> step,
            BiConsumer<@Nullable T, @Nullable Throwable> then) {
        Outcome<T> outcome = new Outcome<>(then);
        Suspension begun = suspend(outcome);
        CompletionStage<T> stage;
        try {
            stage = blocking.run(what, step);
        } catch (RuntimeException | Error refused) {
            stage = CompletableFuture.failedStage(refused);
        }
        stage.whenComplete((result, failure) -> {
            outcome.result = result;
            outcome.failure = failure;
            begun.resume();
        });
    }

    /** How a step ended, and what to do then. Written before the resumption, read after it. */
    private static final class Outcome<T extends @Nullable Object> implements Runnable {
        private final BiConsumer<@Nullable T, @Nullable Throwable> then;
        private @Nullable T result;
        private @Nullable Throwable failure;

        Outcome(BiConsumer<@Nullable T, @Nullable Throwable> then) {
            this.then = then;
        }

        @Override
        public void run() {
            then.accept(result, failure);
        }
    }

    /** Somebody resumed the owner after its drain had left: the mailbox is drained further. */
    void drainResumed() {
        drains.drainElsewhere(this);
    }

    // ---- the drain

    /** Whether a drain may go on, and with what. */
    private enum Served {
        /** Everything that was there was served. */
        ALL,
        /** Something is left that another thread must serve: the drain still owns the mailbox. */
        NOT_ALL,
        /** The owner is suspended: the mailbox belongs to whoever resumes it. */
        SUSPENDED
    }

    /**
     * Serves what is there, as its owner.
     *
     * @return false if the caller still owns the mailbox and must hand it on, because the quota is
     *     used up or a control command waits for a drain thread; true if ownership was given up, or
     *     is with a suspension
     */
    boolean drain(Trampoline on) {
        int seen = pending;
        while (true) {
            try {
                switch (serve(on)) {
                    case NOT_ALL -> {
                        return false;
                    }
                    case SUSPENDED -> {
                        return true;
                    }
                    case ALL -> {}
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

    private Served serve(Trampoline on) {
        if (leaveIfSuspended()) {
            return Served.SUSPENDED;
        }
        int raised = (int) SIGNALS.getAndSet(this, 0);
        if (raised != 0) {
            owner.signalled(raised);
            if (leaveIfSuspended()) {
                return Served.SUSPENDED;
            }
        }
        if (!control.isEmpty()) {
            if (!on.worker()) {
                return Served.NOT_ALL;
            }
            for (C next = control.relaxedPoll(); next != null; next = control.relaxedPoll()) {
                owner.execute(next);
                if (leaveIfSuspended()) {
                    return Served.SUSPENDED;
                }
            }
        }
        return serveData(on);
    }

    private Served serveData(Trampoline on) {
        while (true) {
            if (on.exhausted()) {
                return data.isEmpty() ? Served.ALL : Served.NOT_ALL;
            }
            D first = data.first(on.commandsLeft());
            if (first == null) {
                return Served.ALL;
            }
            try {
                owner.serve(first, data);
            } finally {
                on.spend(data.takenCommands(), data.takenBytes());
                if (suspension == null) {
                    data.through();
                }
            }
            if (leaveIfSuspended()) {
                return Served.SUSPENDED;
            }
        }
    }

    /**
     * Leaves the mailbox to whoever resumes its owner, and touches it no more; or, if that has
     * happened, has the owner go on.
     */
    private boolean leaveIfSuspended() {
        for (Suspension begun = suspension; begun != null; begun = suspension) {
            if (begun.leave()) {
                return true;
            }
            suspension = null;
            try {
                begun.proceed();
            } finally {
                if (suspension == null) {
                    data.through();
                }
            }
        }
        return false;
    }

    /** How much waits, for people. */
    @Override
    public String toString() {
        return commandsUsed() + " commands, " + bytesUsed() + " bytes";
    }
}
