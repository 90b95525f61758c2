package mortise.tck.storage;

import java.util.Map;
import mortise.tck.sim.Seeded;

/**
 * What a store with several directories holds after crashes: what {@link StorageCrashContract} says
 * of one log holds for several at once, while they are compacted, lose their beginnings, and move
 * between the directories.
 */
public interface DirectoriesCrashContract extends StorageUnderTest {
    /** How many logs a run has. */
    int PARTITIONS = 3;

    /** A configuration with which the store has more than one directory. */
    Map<String, String> severalDirectories();

    /** Whatever happens to the machine, each log is what it was at or after its last sync. */
    @Seeded(runs = 50)
    default void logsThatMoveKeepWhatWasSynced(long seed) {
        run(seed);
    }

    /**
     * Runs one seed.
     *
     * @throws AssertionError if a crash left something else than it may
     */
    default StorageCrashRun.Result run(long seed) {
        return StorageCrashRun.runSeveral(
                provider(), severalDirectories(), seed, PARTITIONS, disk -> {});
    }
}
