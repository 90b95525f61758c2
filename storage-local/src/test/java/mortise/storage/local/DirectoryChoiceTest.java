package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import mortise.storage.local.DirectoryChoice.Candidate;
import org.junit.jupiter.api.Test;

final class DirectoryChoiceTest {
    /** Directories that have as much room take turns. */
    @Test
    void equalDirectoriesFillEvenly() {
        assertThat(spread(30, 1_000, 1_000, 1_000)).containsExactly(10, 10, 10);
    }

    /** A directory with twice as much room takes twice as many logs. */
    @Test
    void logsGoWhereTheRoomIs() {
        assertThat(spread(30, 2_000, 1_000)).containsExactly(20, 10);
    }

    /** A full disk takes a log only if there is no other. */
    @Test
    void aFullDirectoryIsPassedOver() {
        assertThat(spread(10, 0, 1 << 20)).containsExactly(0, 10);
        assertThat(spread(2, 0)).containsExactly(2);
    }

    /** Where nothing is known of the room, the number of logs decides. */
    @Test
    void unknownRoomIsEqualRoom() {
        assertThat(spread(4, -1, -1)).containsExactly(2, 2);
    }

    private static List<Integer> spread(int logs, long... usableBytes) {
        int[] placed = new int[usableBytes.length];
        for (int i = 0; i < logs; i++) {
            List<Candidate> candidates = new ArrayList<>();
            for (int at = 0; at < placed.length; at++) {
                candidates.add(new Candidate(usableBytes[at], placed[at]));
            }
            placed[DirectoryChoice.roomiest(candidates)]++;
        }
        List<Integer> all = new ArrayList<>();
        for (int count : placed) {
            all.add(count);
        }
        return all;
    }
}
