package mortise.broker.mailbox;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one thread drains: only the outermost call drains, mailboxes that become runnable meanwhile
 * wait here, and one quota covers all of it. Confined to its thread.
 */
public final class Trampoline {
    private final ArrayDeque<Mailbox<?, ?>> runnable = new ArrayDeque<>();
    private final int mostRunnable;
    private final int quotaCommands;
    private final long quotaBytes;
    private final boolean worker;
    private boolean active;
    private int commandsLeft;
    private long bytesLeft;

    /**
     * A thread's trampoline.
     *
     * @param worker whether the thread is a drain thread, which may also execute control commands
     */
    Trampoline(DrainBounds bounds, boolean worker) {
        this.mostRunnable = bounds.runQueue();
        this.quotaCommands = bounds.commands();
        this.quotaBytes = bounds.bytes();
        this.worker = worker;
    }

    boolean worker() {
        return worker;
    }

    boolean active() {
        return active;
    }

    /** Begins an outermost drain with a fresh quota. */
    void enter() {
        active = true;
        renew();
    }

    void renew() {
        commandsLeft = quotaCommands;
        bytesLeft = quotaBytes;
    }

    void leave() {
        active = false;
    }

    boolean exhausted() {
        return commandsLeft <= 0 || bytesLeft <= 0;
    }

    int commandsLeft() {
        return commandsLeft;
    }

    void spend(int commands, long bytes) {
        commandsLeft -= commands;
        bytesLeft -= bytes;
    }

    /** Keeps a mailbox for when the one being drained is done; false if too many wait. */
    boolean keep(Mailbox<?, ?> mailbox) {
        return runnable.size() < mostRunnable && runnable.offer(mailbox);
    }

    @Nullable Mailbox<?, ?> next() {
        return runnable.poll();
    }
}
