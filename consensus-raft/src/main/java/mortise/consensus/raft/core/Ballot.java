package mortise.consensus.raft.core;

/**
 * What a member must not forget before it answers anyone: the newest term it knows and its vote in
 * it.
 *
 * @param term from 0, which is before the first election
 * @param votedFor the node voted for in this term, or {@link #NOBODY}
 */
public record Ballot(int term, int votedFor) {
    /** No vote given. */
    public static final int NOBODY = -1;

    /** The ballot of a member that never took part. */
    public static final Ballot BLANK = new Ballot(0, NOBODY);
}
