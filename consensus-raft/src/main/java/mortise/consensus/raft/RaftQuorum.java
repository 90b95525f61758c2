package mortise.consensus.raft;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import mortise.consensus.raft.storage.RaftStorage;
import mortise.spi.PluginContext;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.MetadataQuorum;
import mortise.spi.consensus.ProposeOutcome;
import mortise.spi.consensus.QuorumListener;
import mortise.spi.consensus.QuorumView;
import org.jspecify.annotations.Nullable;

/**
 * The quorum as the broker sees it: an inbox, and the one thread that drives the member. Everything
 * that the listener hears and every completion comes from that thread.
 */
final class RaftQuorum implements MetadataQuorum {
    private static final QuorumView BEFORE_START =
            new QuorumView(new Leadership(0, -1, false), 0, List.of());

    private final RaftSettings settings;
    private final PluginContext context;
    private final RaftStorage storage;
    private final Inbox inbox;
    private final AtomicReference<@Nullable Running> running = new AtomicReference<>();

    /** What exists from the start on. */
    private record Running(RaftMember member, Thread thread) {}

    RaftQuorum(RaftSettings settings, PluginContext context, RaftStorage storage) {
        this.settings = settings;
        this.context = context;
        this.storage = storage;
        this.inbox = new Inbox(settings.maxPending(), settings.maxPendingBytes());
    }

    @Override
    public void start(QuorumListener listener) {
        RaftMember member = new RaftMember(settings, storage, listener, context);
        CompletableFuture<RaftMember> started = new CompletableFuture<>();
        Thread thread = context.threads("quorum").newThread(() -> run(member, listener, started));
        if (!running.compareAndSet(null, new Running(member, thread))) {
            throw new IllegalStateException("the quorum was started before");
        }
        context.metrics()
                .gauge(
                        "committed_index",
                        "The last entry that is committed.",
                        () -> member.view().committedIndex());
        context.metrics()
                .gauge("pending_requests", "Proposals and barriers that wait.", inbox::size);
        thread.start();
        try {
            started.join();
        } catch (CompletionException failed) {
            throw cannotStart(failed.getCause());
        }
    }

    private IllegalStateException cannotStart(@Nullable Throwable cause) {
        return cause instanceof IllegalStateException untrusted
                ? untrusted
                : new IllegalStateException(
                        "starting the quorum in " + place() + " failed: " + cause, cause);
    }

    private String place() {
        return switch (settings.storage()) {
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
        if (proposal.bytes() > settings.maxEntryBytes()) {
            proposal.refuse(
                    "its records have "
                            + proposal.bytes()
                            + " bytes, at most "
                            + settings.maxEntryBytes()
                            + " are accepted ("
                            + RaftSettings.MAX_ENTRY_BYTES
                            + ")");
        } else {
            inbox.offer(proposal).ifPresent(proposal::refuse);
        }
        return proposal.outcome().minimalCompletionStage();
    }

    @Override
    public CompletionStage<Long> readBarrier() {
        Request.Barrier barrier = new Request.Barrier(new CompletableFuture<>());
        inbox.offer(barrier).ifPresent(barrier::refuse);
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
        inbox.stop();
        if (Thread.currentThread() != now.thread()) {
            join(now.thread());
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException later) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run(
            RaftMember member, QuorumListener listener, CompletableFuture<RaftMember> started) {
        inbox.open();
        try {
            member.open();
        } catch (Throwable cannotStart) {
            // Handed to whoever called start.
            end(member, "the quorum could not start");
            started.completeExceptionally(cannotStart);
            return;
        }
        started.complete(member);
        List<Request> requests = List.of();
        try {
            for (requests = inbox.take(); !requests.isEmpty(); requests = inbox.take()) {
                member.turn(requests);
                if (inbox.isEmpty()) {
                    member.idle();
                }
            }
        } catch (Throwable broken) {
            fail(member, listener, requests, broken);
            return;
        }
        String reason = "the quorum was closed";
        inbox.close(reason).forEach(request -> request.abandon(reason));
        end(member, reason);
    }

    /** Ends after a failure; what was being worked off may have taken effect or not. */
    private void fail(
            RaftMember member, QuorumListener listener, List<Request> requests, Throwable broken) {
        String reason = "the quorum of node " + context.nodeId() + " cannot go on: " + broken;
        requests.forEach(request -> request.abandon(reason));
        end(member, reason);
        listener.failed(reason, broken);
    }

    /** Refuses what waits and what comes, and lets go of the storage. */
    private void end(RaftMember member, String reason) {
        inbox.close(reason).forEach(request -> request.refuse(reason));
        try {
            member.close();
        } catch (IOException failed) {
            context.logger()
                    .log(
                            Level.WARNING,
                            "closing the quorum's storage failed: " + failed.getMessage());
        }
    }
}
