package mortise.storage.local;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which log directory a further log goes to: the one that leaves it the most room, if what is free
 * there is shared out evenly among the logs of the directory. Directories of one disk, and of disks
 * of one size, so fill evenly.
 */
final class DirectoryChoice {
    private DirectoryChoice() {}

    /**
     * A directory as the choice sees it.
     *
     * @param usableBytes what is free, or -1 if that is not known
     * @param logs how many logs it has
     */
    record Candidate(long usableBytes, long logs) {
        private double roomForOneMore() {
            return (double) Math.max(1, usableBytes) / (logs + 1);
        }
    }

    /** Chooses among directories, of which there is at least one. */
    static LocalLogDirectory among(
            List<LocalLogDirectory> directories, Map<LocalLogDirectory, Long> logs) {
        if (directories.size() == 1) {
            return directories.getFirst();
        }
        List<Candidate> candidates = new ArrayList<>();
        for (LocalLogDirectory directory : directories) {
            candidates.add(
                    new Candidate(
                            directory.space().usableBytes(), logs.getOrDefault(directory, 0L)));
        }
        return directories.get(roomiest(candidates));
    }

    /** The first of those with the most room. */
    static int roomiest(List<Candidate> candidates) {
        int best = 0;
        for (int i = 1; i < candidates.size(); i++) {
            if (candidates.get(i).roomForOneMore() > candidates.get(best).roomForOneMore()) {
                best = i;
            }
        }
        return best;
    }
}
