package mortise.simulation.mutation;

import java.util.List;
import mortise.simulation.mutation.Change.AnswerCalls;
import mortise.simulation.mutation.Change.RedirectCalls;
import mortise.simulation.mutation.Change.Return;
import mortise.simulation.mutation.Change.ReturnField;

/** A mistake that somebody could make in the broker, and that a checker must notice. */
public enum Mutation {
    /** A sync of a log says that it has synced. */
    SYNC_LEFT_OUT(
            "a log's sync forces nothing",
            new Point("mortise.storage.local.DiskFiles", "force", new AnswerCalls("force", 0))),
    /** The metadata log acknowledges what it has not forced. */
    METADATA_SYNC_LEFT_OUT(
            "the metadata log's append forces nothing",
            new Point("mortise.consensus.raft.disk.RaftLog", "", new AnswerCalls("force", 0))),
    /** A durable topic's high watermark is its log's end. */
    WATERMARK_AHEAD_OF_DISK(
            "the high watermark of a durable topic moves before its sync",
            new Point("mortise.broker.partition.Partition", "", new AnswerCalls("durable", 0)),
            new Point("mortise.broker.partition.HighWatermark", "", new AnswerCalls("durable", 0)),
            new Point(
                    "mortise.broker.partition.AcknowledgementGate",
                    "",
                    new AnswerCalls("durable", 0))),
    /** A parked fetch is not told of its mark. */
    LOST_WAKE_UP(
            "whoever marks a parked fetch does not wake it",
            new Point("mortise.broker.fetch.DirtyMarks", "mark", new AnswerCalls("woken", 0))),
    /** Nobody syncs although it was asked for. */
    LOST_SYNC_REQUEST(
            "a request for a sync stands in no line",
            new Point("mortise.broker.flush.FlushTicket", "request", new AnswerCalls("submit", 0))),
    /** A mailbox keeps the credit of what it has served. */
    CREDIT_KEPT(
            "credit is not given back after an append",
            new Point("mortise.broker.partition.PartitionMailbox", "giveBack", new Return(0)),
            new Point("mortise.broker.mailbox.DataLane", "giveBack", new Return(0))),
    /** A session that is closed stays registered with its partitions. */
    SESSION_NOT_CLOSED(
            "a closed fetch session still watches its partitions",
            new Point("mortise.broker.fetch.FetchSession", "unwatchAll", new Return(0))),
    /** Batches of an idempotent producer are accepted in any order and any number. */
    SEQUENCE_CHECK_LEFT_OUT(
            "an idempotent producer's retry is stored again",
            new Point(
                    "mortise.broker.partition.ProducerStates",
                    "check",
                    new ReturnField(
                            "mortise.broker.partition.ProducerStates$Accept", "INSTANCE"))),
    /** A batch that a crash tore is taken for a batch. */
    TORN_TAIL_KEPT(
            "recovery believes every checksum",
            new Point("mortise.storage.local.BatchWalk", "verify", new Return(1))),
    /** A fetch reads to the log's end. */
    FETCH_BEYOND_WATERMARK(
            "a fetch is given what is not acknowledged yet",
            new Point(
                    "mortise.broker.fetch.PartitionReader",
                    "read",
                    new RedirectCalls(
                            "highWatermark",
                            new RedirectCalls.Step(
                                    "mortise.broker.partition.LeaderView",
                                    false,
                                    "log",
                                    "mortise.spi.storage.PartitionLog"),
                            new RedirectCalls.Step(
                                    "mortise.spi.storage.PartitionLog",
                                    true,
                                    "end",
                                    "mortise.spi.storage.LogPosition")))),
    /** DeleteRecords is answered before it is on disk. */
    START_NOT_KEPT(
            "an answered log start is not written",
            new Point(
                    "mortise.storage.local.CheckpointedOffsets",
                    "setDurably",
                    new AnswerCalls("write", 0))),
    /** Retention looks at nothing but size and age. */
    RETENTION_BEYOND_WATERMARK(
            "retention takes records that are not acknowledged yet",
            new Point("mortise.storage.local.LocalPartitionLog", "", new AnswerCalls("ceiling", Integer.MAX_VALUE)),
            new Point("mortise.storage.local.RetainedSegments", "", new AnswerCalls("ceiling", Integer.MAX_VALUE))),
    /** A reader's leader epoch is not looked at. */
    LEADER_EPOCH_NOT_CHECKED(
            "a reader with an old leader epoch is served",
            new Point(
                    "mortise.broker.fetch.PartitionReader",
                    "",
                    new AnswerCalls("currentLeaderEpoch", -1)));

    private final String what;
    private final List<Point> points;

    /**
     * Where it is made.
     *
     * @param method every method of the class if it is empty
     */
    record Point(String type, String method, Change change) {}

    Mutation(String what, Point... points) {
        this.what = what;
        this.points = List.of(points);
    }

    /** What is wrong. */
    public String what() {
        return what;
    }

    /** Where it is made: in those of these places that there are, and in one at least. */
    List<Point> points() {
        return points;
    }
}
