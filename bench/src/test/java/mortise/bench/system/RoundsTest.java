package mortise.bench.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Who measures when. */
class RoundsTest {
    private static Subject named(String name) {
        return new Subject.Mortise(name, Path.of("."), Optional.empty(), List.of(), false);
    }

    @Test
    void everyOtherRoundGoesTheOtherWayRound() throws Exception {
        List<String> turns = new ArrayList<>();

        Rounds.run(List.of(named("a"), named("b")), 3, "row", (subject, title) -> turns.add(title));

        assertThat(turns)
                .containsExactly(
                        "row, round 1 of 3, a",
                        "row, round 1 of 3, b",
                        "row, round 2 of 3, b",
                        "row, round 2 of 3, a",
                        "row, round 3 of 3, a",
                        "row, round 3 of 3, b");
    }
}
