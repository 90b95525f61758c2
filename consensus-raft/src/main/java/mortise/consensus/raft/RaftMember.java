package mortise.consensus.raft;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import mortise.api.Clock;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Histogram;
import mortise.consensus.raft.core.Entry;
import mortise.consensus.raft.core.RaftCore;
import mortise.consensus.raft.core.RaftInput;
import mortise.consensus.raft.core.RaftOutput;
import mortise.consensus.raft.storage.AppendRefusedException;
import mortise.consensus.raft.storage.ForeignStateException;
import mortise.consensus.raft.storage.LogGrowth;
import mortise.consensus.raft.storage.RaftStorage;
import mortise.consensus.raft.storage.Recovered;
import mortise.consensus.raft.storage.Snapshot;
import mortise.spi.PluginContext;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.QuorumListener;
import mortise.spi.consensus.QuorumView;
import mortise.spi.consensus.StateSnapshot;
import org.jspecify.annotations.Nullable;

/**
 * One member of the quorum: hands what happens to the core, and does what the core puts out. It
 * knows no thread; whoever drives it calls {@link #open}, then {@link #turn} again and again, then
 * {@link #close}. Only {@link #view} is for everyone.
 */
final class RaftMember {
    private final RaftSettings settings;
    private final int nodeId;
    private final RaftStorage storage;
    private final QuorumListener listener;
    private final Clock clock;
    private final Logger logger;
    private final Counter committedEntries;
    private final Counter snapshotsTaken;
    private final Histogram appendNanos;
    private final ArrayDeque<Appended> uncommitted = new ArrayDeque<>();
    private @Nullable RaftCore core;
    private List<Integer> voters = List.of();
    private long heardIndex;
    private @Nullable CompletableFuture<StateSnapshot> asked;
    private boolean snapshotFailed;
    private volatile QuorumView view;

    /** An entry that was put out by the core, and the proposal that it answers. */
    private record Appended(Entry entry, Request.Proposal proposal) {}

    RaftMember(
            RaftSettings settings,
            RaftStorage storage,
            QuorumListener listener,
            PluginContext context) {
        this.settings = settings;
        this.nodeId = context.nodeId();
        this.storage = storage;
        this.listener = listener;
        this.clock = context.clock();
        this.logger = context.logger();
        this.committedEntries =
                context.metrics()
                        .counter(
                                "entries_committed_total",
                                "Entries that this member appended and that were committed.");
        this.snapshotsTaken =
                context.metrics().counter("snapshots_total", "Snapshots that were kept.");
        this.appendNanos =
                context.metrics()
                        .histogram(
                                "append_nanos",
                                "Duration of writing and forcing a group of entries.");
        this.view = new QuorumView(new Leadership(0, -1, false), 0, List.of());
    }

    /**
     * Recovers what is stored, lets the listener hear it, and takes the leadership.
     *
     * @throws IllegalStateException if what is stored cannot be trusted
     */
    void open() throws IOException {
        Recovered recovered = storage.open();
        voters = recovered.voters();
        requireOnlyVoter();
        recovered.snapshot().ifPresent(this::install);
        core = new RaftCore(nodeId, recovered.ballot(), heardIndex, recovered.lastIndex());
        follow(core.step(new RaftInput.Started()));
        storage.idle();
        snapshotIfGrown();
    }

    private void requireOnlyVoter() {
        if (!voters.equals(List.of(nodeId))) {
            throw new ForeignStateException(
                    "recovering the quorum of node "
                            + nodeId
                            + ": its voters are "
                            + voters
                            + ", this build runs a quorum of one voter only; start it with a build"
                            + " that knows more");
        }
    }

    private void install(Snapshot snapshot) {
        heardIndex = snapshot.index();
        listener.install(snapshot.index(), snapshot.term(), snapshot.records());
    }

    /**
     * Works off requests: appends all proposals as one group, and answers. Whatever it throws
     * leaves the member unable to go on, and some of the requests without an answer.
     */
    void turn(List<Request> requests) throws IOException {
        List<Request.Barrier> barriers = new ArrayList<>();
        for (Request request : requests) {
            switch (request) {
                case Request.Proposal proposal -> propose(proposal);
                case Request.Barrier barrier -> barriers.add(barrier);
            }
        }
        if (!uncommitted.isEmpty()) {
            append(uncommitted.stream().map(Appended::entry).toList());
        }
        barriers.forEach(barrier -> barrier.index().complete(heardIndex));
        snapshotIfGrown();
    }

    /** Does what nobody waits for; to be called when no request waits. */
    void idle() {
        storage.idle();
    }

    private void propose(Request.Proposal proposal) {
        for (RaftOutput output :
                core().step(new RaftInput.Proposed(proposal.epoch(), proposal.records()))) {
            switch (output) {
                case RaftOutput.Append append ->
                        uncommitted.add(new Appended(append.entry(), proposal));
                case RaftOutput.Refuse refuse -> proposal.refuse(refuse.reason());
                case RaftOutput.StoreBallot ballot -> throw unexpected(ballot);
                case RaftOutput.Commit commit -> throw unexpected(commit);
                case RaftOutput.Lead lead -> throw unexpected(lead);
            }
        }
    }

    private void append(List<Entry> entries) throws IOException {
        long begin = clock.nanoTime();
        try {
            storage.append(entries);
        } catch (AppendRefusedException asBefore) {
            String reason = String.valueOf(asBefore.getMessage());
            logger.log(Level.WARNING, "refusing proposals: " + reason);
            follow(core().step(new RaftInput.NotStored(entries.getFirst().index())));
            uncommitted.forEach(appended -> appended.proposal().refuse(reason));
            uncommitted.clear();
            return;
        }
        appendNanos.record(clock.nanoTime() - begin);
        follow(core().step(new RaftInput.Stored(entries.getLast().index())));
    }

    private void follow(List<RaftOutput> outputs) throws IOException {
        for (RaftOutput output : outputs) {
            switch (output) {
                case RaftOutput.StoreBallot store -> {
                    storage.store(store.ballot());
                    follow(core().step(new RaftInput.BallotStored(store.ballot())));
                }
                case RaftOutput.Commit commit -> commit(commit.upTo());
                case RaftOutput.Lead lead -> lead(lead.epoch());
                case RaftOutput.Append append -> throw unexpected(append);
                case RaftOutput.Refuse refuse -> throw unexpected(refuse);
            }
        }
    }

    private void commit(long upTo) throws IOException {
        if (uncommitted.isEmpty()) {
            storage.replay(heardIndex, upTo, this::hear);
        }
        while (!uncommitted.isEmpty() && uncommitted.element().entry().index() <= upTo) {
            Appended appended = uncommitted.element();
            hear(appended.entry());
            uncommitted.remove();
            committedEntries.increment();
            appended.proposal().commit(appended.entry().index());
        }
    }

    private void hear(Entry entry) {
        heardIndex = entry.index();
        view = new QuorumView(view.leadership(), heardIndex, voters);
        listener.committed(entry.index(), entry.term(), entry.records());
    }

    private void lead(int epoch) {
        Leadership leadership = new Leadership(epoch, nodeId, true);
        view = new QuorumView(leadership, heardIndex, voters);
        logger.log(
                Level.INFO,
                "leading the quorum in epoch " + epoch + ", " + heardIndex + " entries committed");
        listener.leadership(leadership);
    }

    /**
     * Asks for a snapshot if the log has grown enough, and keeps the one that was asked for before
     * once it is made. It is made elsewhere, so a later call finds it.
     */
    private void snapshotIfGrown() {
        if (asked == null && hasGrown()) {
            asked = listener.snapshot().toCompletableFuture();
        }
        CompletableFuture<StateSnapshot> made = asked;
        if (made == null || !made.isDone()) {
            return;
        }
        if (made.isCompletedExceptionally()) {
            if (!snapshotFailed) {
                snapshotFailed = true;
                logger.log(
                        Level.WARNING,
                        "no snapshot of the quorum's state could be made, and the log will grow",
                        made.exceptionNow());
            }
            return; // whoever has the state cannot go on, so nobody is asked again
        }
        asked = null;
        keep(made.join());
    }

    private boolean hasGrown() {
        LogGrowth growth = storage.growth();
        return growth.bytes() >= settings.snapshotBytes()
                || growth.entries() >= settings.snapshotEntries();
    }

    private void keep(StateSnapshot state) {
        try {
            storage.keep(new Snapshot(state.index(), state.epoch(), voters, state.records()));
            snapshotsTaken.increment();
        } catch (IOException failed) {
            logger.log(
                    Level.WARNING,
                    "a snapshot of the quorum's state as of entry "
                            + state.index()
                            + " could not be kept, trying again when the log has grown as much: "
                            + failed.getMessage());
        }
    }

    /** Who leads, and what is committed. For any thread. */
    QuorumView view() {
        return view;
    }

    /** Gives up the leadership and the storage. */
    void close() throws IOException {
        Leadership nobody = new Leadership(view.leadership().epoch(), -1, false);
        view = new QuorumView(nobody, view.committedIndex(), voters);
        storage.close();
    }

    private RaftCore core() {
        RaftCore present = core;
        if (present == null) {
            throw new IllegalStateException("the quorum's member is not open");
        }
        return present;
    }

    private static IllegalStateException unexpected(RaftOutput output) {
        return new IllegalStateException("the quorum's core put out " + output + " here");
    }
}
