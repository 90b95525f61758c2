package mortise.simulation.mutation;

import java.util.List;
import mortise.simulation.mutation.Change.AnswerCalls;
import mortise.simulation.mutation.Change.RedirectCalls;
import mortise.simulation.mutation.Change.Return;
import mortise.simulation.mutation.Change.ReturnField;

/**
 * A mistake that somebody could make in the broker, and that a checker must notice.
 *
 * @param name what tables and tests call it
 * @param what what is wrong
 * @param points where it is made: in those of these places that there are, and in one at least
 */
public record Mutation(String name, String what, List<Point> points) {
    /** All of them. */
    public static final List<Mutation> ALL =
            List.of(
                    new Mutation(
                            "sync-left-out",
                            "a log's sync forces nothing",
                            List.of(
                                    new Point(
                                            "mortise.storage.local.DiskFiles",
                                            "force",
                                            new AnswerCalls("force", 0)))),
                    new Mutation(
                            "metadata-sync-left-out",
                            "the metadata log's append forces nothing",
                            List.of(
                                    new Point(
                                            "mortise.consensus.raft.disk.RaftLog",
                                            "",
                                            new AnswerCalls("force", 0)))),
                    new Mutation(
                            "watermark-ahead-of-disk",
                            "the high watermark of a durable topic moves before its sync",
                            List.of(
                                    new Point(
                                            "mortise.broker.partition.Partition",
                                            "",
                                            new AnswerCalls("durable", 0)),
                                    new Point(
                                            "mortise.broker.partition.InSyncReplicas",
                                            "",
                                            new AnswerCalls("durable", 0)))),
                    new Mutation(
                            "lost-wake-up",
                            "whoever marks a parked fetch does not wake it",
                            List.of(
                                    new Point(
                                            "mortise.broker.fetch.DirtyMarks",
                                            "mark",
                                            new AnswerCalls("woken", 0)))),
                    new Mutation(
                            "lost-sync-request",
                            "a request for a sync stands in no line",
                            List.of(
                                    new Point(
                                            "mortise.broker.flush.FlushTicket",
                                            "request",
                                            new AnswerCalls("submit", 0)))),
                    new Mutation(
                            "credit-kept",
                            "credit is not given back after an append",
                            List.of(
                                    new Point(
                                            "mortise.broker.partition.PartitionMailbox",
                                            "giveBack",
                                            new Return(0)),
                                    new Point(
                                            "mortise.broker.mailbox.DataLane",
                                            "giveBack",
                                            new Return(0)))),
                    new Mutation(
                            "session-not-closed",
                            "a closed fetch session still watches its partitions",
                            List.of(
                                    new Point(
                                            "mortise.broker.fetch.FetchSession",
                                            "unwatchAll",
                                            new Return(0)))),
                    new Mutation(
                            "sequence-check-left-out",
                            "an idempotent producer's retry is stored again",
                            List.of(
                                    new Point(
                                            "mortise.broker.partition.ProducerStates",
                                            "check",
                                            new ReturnField(
                                                    "mortise.broker.partition.ProducerStates$Accept",
                                                    "INSTANCE")))),
                    new Mutation(
                            "torn-tail-kept",
                            "recovery believes every checksum",
                            List.of(
                                    new Point(
                                            "mortise.storage.local.BatchWalk",
                                            "verify",
                                            new Return(1)))),
                    new Mutation(
                            "fetch-beyond-watermark",
                            "a fetch is given what is not acknowledged yet",
                            List.of(
                                    new Point(
                                            "mortise.broker.fetch.PartitionReader",
                                            "read",
                                            new RedirectCalls(
                                                    "highWatermark",
                                                    List.of(
                                                            new RedirectCalls.Step(
                                                                    "mortise.broker.partition.LeaderView",
                                                                    false,
                                                                    "log",
                                                                    "mortise.spi.storage.PartitionLog"),
                                                            new RedirectCalls.Step(
                                                                    "mortise.spi.storage.PartitionLog",
                                                                    true,
                                                                    "end",
                                                                    "mortise.spi.storage.LogPosition")))))),
                    new Mutation(
                            "start-not-kept",
                            "an answered log start is not written",
                            List.of(
                                    new Point(
                                            "mortise.storage.local.SegmentManifest",
                                            "startDurably",
                                            new AnswerCalls("store", 0)))),
                    new Mutation(
                            "leader-epoch-not-checked",
                            "a reader with an old leader epoch is served",
                            List.of(
                                    new Point(
                                            "mortise.broker.fetch.PartitionReader",
                                            "",
                                            new AnswerCalls("currentLeaderEpoch", -1)))));

    /**
     * A place where code is changed.
     *
     * @param type the class
     * @param method every method of the class if it is empty
     */
    record Point(String type, String method, Change change) {}

    public Mutation {
        points = List.copyOf(points);
    }

    @Override
    public String toString() {
        return name;
    }
}
