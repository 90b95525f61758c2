package mortise.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EditDistanceTest {
    @ParameterizedTest
    @CsvSource({"'', '', 0", "a, '', 1", "kitten, sitting, 3", "local, locla, 2", "raft, raft, 0"})
    void editsAreCounted(String left, String right, int edits) {
        assertThat(EditDistance.between(left, right)).isEqualTo(edits);
        assertThat(EditDistance.between(right, left)).isEqualTo(edits);
    }

    @Test
    void theNearestComeFirstAndAtMostThree() {
        List<String> names =
                List.of("storage-local", "storage-memory", "codec-zstd", "storage-loca", "x");
        assertThat(EditDistance.nearest("storage-locl", names))
                .startsWith("storage-loca", "storage-local")
                .hasSizeLessThanOrEqualTo(3)
                .doesNotContain("x");
        assertThat(EditDistance.nearest("memory", names)).containsExactly("storage-memory");
        assertThat(EditDistance.nearest("qqqqqqqqqq", names)).isEmpty();
    }
}
