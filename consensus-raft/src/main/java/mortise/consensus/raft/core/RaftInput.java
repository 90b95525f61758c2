package mortise.consensus.raft.core;

import java.util.List;

/** Something that happened to a member. */
public sealed interface RaftInput {
    /** The member begins to take part. */
    record Started() implements RaftInput {}

    /** A ballot that was put out is durable. */
    record BallotStored(Ballot ballot) implements RaftInput {}

    /**
     * Somebody offers an entry.
     *
     * @param epoch the term in which they decided
     */
    record Proposed(int epoch, List<byte[]> records) implements RaftInput {}

    /** Appended entries up to {@code lastIndex} are durable here. */
    record Stored(long lastIndex) implements RaftInput {}

    /** Appended entries from {@code firstIndex} on could not be stored, and are not in the log. */
    record NotStored(long firstIndex) implements RaftInput {}
}
