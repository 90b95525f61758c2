package mortise.consensus.raft.core;

/** Something that the member's surroundings must do, in the order in which it was put out. */
public sealed interface RaftOutput {
    /** Make the ballot durable, then say so. */
    record StoreBallot(Ballot ballot) implements RaftOutput {}

    /** Make the entry durable, then say so; entries put out together may be stored together. */
    record Append(Entry entry) implements RaftOutput {}

    /** The proposal is not in the log and never will be. */
    record Refuse(String reason) implements RaftOutput {}

    /** Entries up to this index are committed: let the listener hear them. */
    record Commit(long upTo) implements RaftOutput {}

    /** This member leads in the epoch. */
    record Lead(int epoch) implements RaftOutput {}
}
