package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import mortise.spi.storage.StorageProvider;
import mortise.tck.storage.DirectoriesCrashContract;
import mortise.tck.storage.StorageCrashRun;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * The kit's crash contract over several log directories holds for storage-local: a minute of seeds
 * in a build, or as long as {@code -Dmortise.storage.seconds} says; {@code
 * -Dmortise.storage.deep=N} runs N seeds.
 */
class LocalDirectoriesCrashTest implements DirectoriesCrashContract {
    /** What a minute of seeds must have met. */
    private static final Set<String> FAULTS =
            Set.of(
                    "power cut",
                    "power cut between calls",
                    "power cut within a call",
                    "process killed",
                    "unsynced bytes: nothing",
                    "unsynced bytes: everything",
                    "unsynced bytes: beginning",
                    "unsynced bytes: pages",
                    "unsynced bytes: sectors");

    /** What a minute of seeds must have done. */
    private static final Set<String> CHANGES =
            Set.of(
                    "append",
                    "sync",
                    "truncate",
                    "advance the start",
                    "reset",
                    "compact",
                    "begin a move",
                    "copy a batch",
                    "sync a copy",
                    "drop a copy",
                    "replace",
                    "restart",
                    "reopen",
                    "unsynced batches lost");

    @Override
    public StorageProvider provider() {
        return new LocalStorageProvider();
    }

    @Override
    public Map<String, String> severalDirectories() {
        return Map.of("storage.local.directories", "a,b,c");
    }

    @Test
    @DisabledIfSystemProperty(named = "mortise.seed", matches = ".*")
    void aMinuteOfSeedsKeepsWhatWasSyncedAndMeetsEveryFault() {
        long wanted = Long.getLong("mortise.storage.deep", 0);
        Duration budget = Duration.ofSeconds(Long.getLong("mortise.storage.seconds", 60));
        Map<String, Integer> done = new TreeMap<>();
        Map<String, Integer> met = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        long begun = System.nanoTime();
        long seed = 0;
        while (wanted > 0 ? seed < wanted : System.nanoTime() - begun < budget.toNanos()) {
            try {
                StorageCrashRun.Result result = run(seed);
                result.done().forEach((what, count) -> done.merge(what, count, Integer::sum));
                result.faults().forEach((what, count) -> met.merge(what, count, Integer::sum));
            } catch (AssertionError failed) {
                failures.add("-Dmortise.seed=" + seed + " replays: " + failed.getMessage());
            }
            seed++;
        }
        System.out.println(
                "crashes over directories: "
                        + seed
                        + " seeds in "
                        + Duration.ofNanos(System.nanoTime() - begun).toSeconds()
                        + " s, "
                        + failures.size()
                        + " failed; acknowledged: "
                        + done
                        + "; faults met: "
                        + met);
        assertThat(failures).as("seeds that failed").isEmpty();
        assertThat(met.keySet()).as("kinds of faults that were met").containsAll(FAULTS);
        assertThat(done.keySet()).as("changes that were made").containsAll(CHANGES);
    }
}
