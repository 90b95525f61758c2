package mortise.consensus.raft;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import mortise.api.Clock;
import mortise.api.config.Config;
import mortise.api.metrics.Counter;
import mortise.api.metrics.Histogram;
import mortise.consensus.raft.core.Entry;
import mortise.consensus.raft.core.RaftCore;
import mortise.consensus.raft.core.RaftInput;
import mortise.consensus.raft.core.RaftOutput;
import mortise.consensus.raft.storage.AppendRefusedException;
import mortise.consensus.raft.storage.ForeignStateException;
import mortise.consensus.raft.storage.LogGrowth;
import mortise.consensus.raft.storage.Recovered;
import mortise.consensus.raft.storage.Snapshot;
import mortise.spi.PluginContext;
import mortise.spi.consensus.Leadership;
import mortise.spi.consensus.QuorumListener;
import mortise.spi.consensus.QuorumView;
import org.jspecify.annotations.Nullable;

/**
 * One member of the quorum: hands what happens to the core, and sees to what the core puts out. It
 * knows no thread; whoever drives it calls {@link #open}, then {@link #turn} whenever it is not
 * {@linkplain #appending appending}, then {@link #close}, one at a time, and runs what its {@link
 * Turns} are given in the same way. Only {@link #view} is for everyone.
 */
final class RaftMember {
    private final long snapshotBytes;
    private final int snapshotEntries;
    private final int nodeId;
    private final StorageTasks storage;
    private final QuorumListener listener;
    private final Turns turns;
    private final Clock clock;
    private final Logger logger;
    private final Counter committedEntries;
    private final Counter snapshotsTaken;
    private final Histogram appendNanos;
    private final ArrayDeque<Appended> uncommitted = new ArrayDeque<>();
    private @Nullable RaftCore core;
    private final List<Request> inWork = new ArrayList<>();
    private boolean appending;
    private boolean snapshotting;
    private List<Integer> voters = List.of();
    private long heardIndex;
    private int heardTerm;
    private volatile QuorumView view;

    /** An entry that was put out by the core, and the proposal that it answers. */
    private record Appended(Entry entry, Request.Proposal proposal) {}

    /** Where a member goes on when its storage has done something. Any thread. */
    interface Turns {
        /** Runs a step of the member after those that were given before. */
        void run(Runnable step);

        /** Ends the member, since it cannot go on. */
        void broken(Throwable failure);
    }

    RaftMember(
            Config config,
            StorageTasks storage,
            QuorumListener listener,
            PluginContext context,
            Turns turns) {
        this.turns = turns;
        this.snapshotBytes = config.get(RaftSettings.SNAPSHOT_BYTES).bytes();
        this.snapshotEntries = config.get(RaftSettings.SNAPSHOT_ENTRIES);
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
        Recovered recovered = storage.storage().open();
        voters = recovered.voters();
        requireOnlyVoter();
        recovered.snapshot().ifPresent(this::install);
        core = new RaftCore(nodeId, recovered.ballot(), heardIndex, recovered.lastIndex());
        stand(core.step(new RaftInput.Started()));
        storage.storage().idle();
        snapshotIfGrown(storage.storage().growth());
    }

    /** Stands for election, wins it, and hears what was stored. */
    private void stand(List<RaftOutput> outputs) throws IOException {
        for (RaftOutput output : outputs) {
            switch (output) {
                case RaftOutput.StoreBallot store -> {
                    storage.storage().store(store.ballot());
                    stand(core().step(new RaftInput.BallotStored(store.ballot())));
                }
                case RaftOutput.Commit commit ->
                        storage.storage().replay(heardIndex, commit.upTo(), this::hear);
                case RaftOutput.Lead lead -> lead(lead.epoch());
                case RaftOutput.Append append -> throw unexpected(append);
                case RaftOutput.Refuse refuse -> throw unexpected(refuse);
            }
        }
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
        heardTerm = snapshot.term();
        listener.install(snapshot.index(), snapshot.term(), snapshot.records());
    }

    /**
     * Begins to work off requests: all proposals become one group of entries, and whoever asked is
     * answered when that is stored. Whatever it throws leaves the member unable to go on.
     */
    void turn(List<Request> requests) {
        inWork.addAll(requests);
        for (Request request : requests) {
            if (request instanceof Request.Proposal proposal) {
                propose(proposal);
            }
        }
        if (uncommitted.isEmpty()) {
            settle();
        } else {
            append(uncommitted.stream().map(Appended::entry).toList());
        }
    }

    /** Whether a group of entries is being stored: no other may begin. */
    boolean appending() {
        return appending;
    }

    /** Answers that nobody can tell what becomes of the requests that it works off. */
    void abandon(String reason) {
        inWork.forEach(request -> request.abandon(reason));
        inWork.clear();
    }

    /** Everything was heard that the requests in work led to. */
    private void settle() {
        for (Request request : inWork) {
            if (request instanceof Request.Barrier barrier) {
                barrier.index().complete(heardIndex);
            }
        }
        inWork.clear();
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

    private void append(List<Entry> entries) {
        long begin = clock.nanoTime();
        appending = true;
        storage.append(
                entries,
                new StorageTasks.AppendListener() {
                    @Override
                    public void stored(LogGrowth growth) {
                        appendNanos.record(clock.nanoTime() - begin);
                        turns.run(() -> RaftMember.this.stored(entries.getLast().index(), growth));
                    }

                    @Override
                    public void refused(AppendRefusedException reason) {
                        turns.run(() ->
                                notStored(
                                        entries.getFirst().index(),
                                        String.valueOf(reason.getMessage())));
                    }

                    @Override
                    public void broken(Throwable failure) {
                        turns.broken(failure);
                    }
                });
    }

    private void stored(long lastIndex, LogGrowth growth) {
        appending = false;
        follow(core().step(new RaftInput.Stored(lastIndex)));
        settle();
        snapshotIfGrown(growth);
    }

    private void notStored(long firstIndex, String reason) {
        appending = false;
        logger.log(Level.WARNING, "refusing proposals: " + reason);
        follow(core().step(new RaftInput.NotStored(firstIndex)));
        uncommitted.forEach(appended -> appended.proposal().refuse(reason));
        uncommitted.clear();
        settle();
    }

    private void follow(List<RaftOutput> outputs) {
        for (RaftOutput output : outputs) {
            switch (output) {
                case RaftOutput.StoreBallot ballot -> throw unexpected(ballot);
                case RaftOutput.Commit commit -> commit(commit.upTo());
                case RaftOutput.Lead lead -> lead(lead.epoch());
                case RaftOutput.Append append -> throw unexpected(append);
                case RaftOutput.Refuse refuse -> throw unexpected(refuse);
            }
        }
    }

    private void commit(long upTo) {
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
        heardTerm = entry.term();
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

    private void snapshotIfGrown(LogGrowth growth) {
        if (snapshotting
                || (growth.bytes() < snapshotBytes && growth.entries() < snapshotEntries)) {
            return;
        }
        snapshotting = true;
        long index = heardIndex;
        int term = heardTerm;
        List<Integer> votersThen = voters;
        Supplier<List<byte[]>> records = listener.snapshot();
        storage.keep(
                () -> new Snapshot(index, term, votersThen, records.get()),
                new StorageTasks.SnapshotListener() {
                    @Override
                    public void kept() {
                        snapshotsTaken.increment();
                        turns.run(RaftMember.this::snapshotEnded);
                    }

                    @Override
                    public void notKept(IOException reason) {
                        logger.log(
                                Level.WARNING,
                                "a snapshot of the quorum's state as of entry "
                                        + index
                                        + " could not be kept, trying again when the log has grown as much: "
                                        + reason.getMessage());
                        turns.run(RaftMember.this::snapshotEnded);
                    }

                    @Override
                    public void broken(Throwable failure) {
                        turns.broken(failure);
                    }
                });
    }

    private void snapshotEnded() {
        snapshotting = false;
    }

    /** Who leads, and what is committed. For any thread. */
    QuorumView view() {
        return view;
    }

    /** Gives up the leadership. */
    void resign() {
        Leadership nobody = new Leadership(view.leadership().epoch(), -1, false);
        view = new QuorumView(nobody, view.committedIndex(), voters);
    }

    /** Gives up the leadership and the storage, and waits for what the storage has begun. */
    void close() throws IOException {
        resign();
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
