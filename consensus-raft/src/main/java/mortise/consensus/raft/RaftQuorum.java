package mortise.consensus.raft;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import mortise.api.config.Config;
import mortise.consensus.raft.storage.RaftStorage;
import mortise.spi.PluginContext;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.consensus.ProposeOutcome;
import mortise.spi.consensus.QuorumListener;
import mortise.spi.consensus.QuorumView;
import org.jspecify.annotations.Nullable;

/**
 * The quorum as the broker sees it: an inbox, and the serial executor that drives the member. The
 * storage works on executors of its own, so the member never waits for a disk once it is open.
 * Whatever the listener hears and every completion comes from there, but for what it hears while
 * {@link #start} runs, which nothing overtakes.
 */
final class RaftQuorum implements MetadataQuorum {
    private static final QuorumView BEFORE_START =
            new QuorumView(new Leadership(0, -1, false), 0, List.of());

    private static final String CLOSED = "the quorum was closed";

    private final Config config;
    private final StorageMode mode;
    private final long maxEntryBytes;
    private final PluginContext context;
    private final RaftStorage storage;
    private final Inbox inbox;
    private final Executor executor;
    private final AtomicReference<@Nullable Running> running = new AtomicReference<>();

    /** Whether a step is handed in that has not begun to take. */
    private final AtomicBoolean scheduled = new AtomicBoolean();

    /** What exists from the start on. */
    private static final class Running {
        /** Held while the member does anything. */
        final ReentrantLock lock = new ReentrantLock();

        final QuorumListener listener;
        final StorageTasks storage;

        // set before it is published
        @Nullable RaftMember member;

        // guarded by the lock
        boolean closing;
        boolean ended;

        Running(QuorumListener listener, StorageTasks storage) {
            this.listener = listener;
            this.storage = storage;
        }

        RaftMember member() {
            return Objects.requireNonNull(member, "not begun");
        }
    }

    /** Runs what follows on what the storage did. */
    private final class Steps implements RaftMember.Turns {
        private final Running running;

        Steps(Running running) {
            this.running = running;
        }

        @Override
        public void run(Runnable step) {
            executor.execute(() -> inTurn(running, step));
        }

        @Override
        public void broken(Throwable failure) {
            executor.execute(() -> inTurn(running, () -> fail(running, failure)));
        }
    }

    RaftQuorum(Config config, PluginContext context, RaftStorage storage) {
        this.config = config;
        this.mode = config.get(RaftSettings.STORAGE);
        this.maxEntryBytes = config.get(RaftSettings.MAX_ENTRY_BYTES).bytes();
        this.context = context;
        this.storage = storage;
        this.inbox =
                new Inbox(
                        config.get(RaftSettings.MAX_PENDING),
                        config.get(RaftSettings.MAX_PENDING_BYTES).bytes());
        this.executor = context.serial("quorum");
    }

    @Override
    public void start(QuorumListener listener) {
        Running begun =
                new Running(
                        listener,
                        new StorageTasks(
                                storage,
                                context.serial("quorum-log"),
                                context.serial("quorum-snapshot")));
        RaftMember member =
                new RaftMember(config, begun.storage, listener, context, new Steps(begun));
        begun.member = member;
        if (!running.compareAndSet(null, begun)) {
            throw new IllegalStateException("the quorum was started before");
        }
        context.metrics()
                .gauge(
                        "committed_index",
                        "The last entry that is committed.",
                        () -> member.view().committedIndex());
        context.metrics()
                .gauge("pending_requests", "Proposals and barriers that wait.", inbox::size);
        begun.lock.lock();
        try {
            inbox.open();
            member.open();
            endIfAsked(begun);
        } catch (Throwable failure) {
            end(begun, "the quorum could not start");
            release(begun);
            throw cannotStart(failure);
        } finally {
            begun.lock.unlock();
        }
    }

    private IllegalStateException cannotStart(Throwable cause) {
        return cause instanceof IllegalStateException untrusted
                ? untrusted
                : new IllegalStateException(
                        "starting the quorum in " + place() + " failed: " + cause, cause);
    }

    private String place() {
        return switch (mode) {
            case DISK -> context.dataDirectory().toString();
            case MEMORY -> "memory";
        };
    }

    @Override
    public CompletionStage<ProposeOutcome> propose(int epoch, List<byte[]> records) {
        if (records.isEmpty()) {
            throw new IllegalArgumentException("a proposal without records");
        }
        Request.Proposal proposal = Request.Proposal.of(epoch, records);
        if (proposal.bytes() > maxEntryBytes) {
            proposal.refuse(
                    "its records have "
                            + proposal.bytes()
                            + " bytes, at most "
                            + maxEntryBytes
                            + " are accepted ("
                            + RaftSettings.MAX_ENTRY_BYTES
                            + ")");
        } else {
            offer(proposal);
        }
        return proposal.outcome().minimalCompletionStage();
    }

    @Override
    public CompletionStage<Long> readBarrier() {
        Request.Barrier barrier = new Request.Barrier(new CompletableFuture<>());
        offer(barrier);
        return barrier.index().minimalCompletionStage();
    }

    @Override
    public QuorumView view() {
        Running now = running.get();
        return now == null ? BEFORE_START : now.member().view();
    }

    @Override
    public void close() {
        Running now = running.get();
        if (now == null) {
            return;
        }
        inbox.close(CLOSED).forEach(request -> request.abandon(CLOSED));
        if (now.lock.isHeldByCurrentThread()) {
            now.closing = true; // what it is doing comes first
            return;
        }
        now.lock.lock();
        try {
            end(now, CLOSED);
        } finally {
            now.lock.unlock();
        }
        release(now); // not under the lock, for a write may be under way
    }

    private void endIfAsked(Running now) {
        if (now.closing && !now.ended) {
            end(now, CLOSED);
            now.storage.closeSoon(this::notClosed);
        }
    }

    private void offer(Request request) {
        Optional<String> refusal = inbox.offer(request);
        if (refusal.isPresent()) {
            request.refuse(refusal.get());
        } else {
            schedule();
        }
    }

    /** Sees to it that what waits is taken by a step that has not begun yet. */
    private void schedule() {
        if (scheduled.compareAndSet(false, true)) {
            executor.execute(this::step);
        }
    }

    private void step() {
        scheduled.set(false);
        Running now = running.get();
        if (now != null) {
            inTurn(now, () -> takeRequests(now.member()));
        }
    }

    /** Runs a step of the member, unless it has ended, and goes on with what waits. */
    private void inTurn(Running now, Runnable step) {
        now.lock.lock();
        try {
            if (now.ended) {
                return;
            }
            try {
                step.run();
            } catch (Throwable broken) {
                fail(now, broken);
            }
            endIfAsked(now);
            // what came while entries were stored waits until they are
            if (!now.ended && !now.member().appending() && !inbox.isEmpty()) {
                schedule();
            }
        } finally {
            now.lock.unlock();
        }
    }

    private void takeRequests(RaftMember member) {
        if (member.appending()) {
            return;
        }
        List<Request> requests = inbox.take();
        if (!requests.isEmpty()) {
            member.turn(requests);
        }
        if (inbox.isEmpty()) {
            member.idle();
        }
    }

    /** Ends after a failure; what was being worked off may have taken effect or not. */
    private void fail(Running now, Throwable broken) {
        if (now.ended) {
            return;
        }
        String reason = "the quorum of node " + context.nodeId() + " cannot go on: " + broken;
        end(now, reason);
        now.storage.closeSoon(this::notClosed);
        now.listener.failed(reason, broken);
    }

    /** Gives up the leadership, and refuses what waits and what comes, once. */
    private void end(Running now, String reason) {
        if (now.ended) {
            return;
        }
        now.ended = true;
        // before the rest: what was being worked off may have taken effect
        now.member().abandon(reason);
        inbox.close(reason).forEach(request -> request.refuse(reason));
        now.member().resign();
    }

    private void release(Running now) {
        try {
            now.storage.close();
        } catch (IOException failed) {
            notClosed(failed);
        }
    }

    private void notClosed(IOException failed) {
        context.logger()
                .log(Level.WARNING, "closing the quorum's storage failed: " + failed.getMessage());
    }
}
