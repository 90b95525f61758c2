package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Pattern;
import mortise.tck.storage.StorageCrashRun;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each place that is made durable matters: a disk that ignores it is found out by some seed.
 * Checkpoints are not among them: what they say the manifests say too, and one that is torn is not
 * believed.
 */
class LeftOutForcesTest {
    private static final Map<String, String> DIRECTORIES =
            Map.of("storage.local.directories", "a,b,c");
    private static final int MOST_SEEDS = 2_000;

    /** What is forced, by the name under which it is open then. */
    enum Place {
        LOG_DIRECTORY("[abc]"),
        DIRECTORY_OF_A_LOG("crashing-\\d+(\\..*-future)?"),
        BATCHES(".*\\.log"),
        INDEXES(".*\\.(index|timeindex)"),
        MANIFEST("segment-manifest(\\.tmp)?"),
        TOPIC("partition\\.metadata"),
        SIDECARS(".*\\.(snapshot|producers|epochs)\\.tmp"),
        MOVE_NOTE("mortise-move\\.tmp");

        private final Pattern name;

        Place(String name) {
            this.name = Pattern.compile(name);
        }

        boolean isAt(Path path) {
            return name.matcher(String.valueOf(path.getFileName())).matches();
        }
    }

    @ParameterizedTest
    @EnumSource(Place.class)
    void aForceThatIsLeftOutIsFound(Place place) {
        long seed = 0;
        while (seed < MOST_SEEDS && passes(seed, place)) {
            seed++;
        }
        System.out.println("without forces of " + place + " seed " + seed + " fails");
        assertThat(seed).as("the first seed that fails without %s", place).isLessThan(MOST_SEEDS);
    }

    private static boolean passes(long seed, Place place) {
        try {
            StorageCrashRun.runSeveral(
                    new LocalStorageProvider(),
                    DIRECTORIES,
                    seed,
                    3,
                    disk -> disk.ignoreForces(place::isAt));
            return true;
        } catch (AssertionError found) {
            return false;
        }
    }
}
