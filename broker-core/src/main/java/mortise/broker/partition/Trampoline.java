package mortise.broker.partition;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What one thread drains: only the outermost call drains, mailboxes that become runnable meanwhile
 * wait here, and one quota covers all of it. Confined to its thread.
 */
final class Trampoline {
    private final ArrayDeque<PartitionMailbox> runnable = new ArrayDeque<>();
    private final AppendRun run;
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
    Trampoline(PartitionSettings settings, boolean worker) {
        this.run = new AppendRun(settings.appendSetBatches());
        this.mostRunnable = settings.drainRunQueue();
        this.quotaCommands = settings.drainQuotaCommands();
        this.quotaBytes = settings.drainQuotaBytes();
        this.worker = worker;
    }

    boolean worker() {
        return worker;
    }

    boolean active() {
        return active;
    }

    AppendRun run() {
        return run;
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
    boolean keep(PartitionMailbox mailbox) {
        return runnable.size() < mostRunnable && runnable.offer(mailbox);
    }

    @Nullable PartitionMailbox next() {
        return runnable.poll();
    }
}
