package mortise.consensus.raft.core;

import java.util.List;

/**
 * One entry of the log.
 *
 * @param index its place, from 1, without gaps
 * @param term the term of the leader that appended it
 * @param records what takes effect together; not to be changed
 */
public record Entry(long index, int term, List<byte[]> records) {
    public Entry {
        records = List.copyOf(records);
    }
}
