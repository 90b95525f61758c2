package mortise.tck.sim;

import java.util.Map;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** How much of what was written and not forced outlives a crash. */
enum Survival {
    /** Not a byte. */
    NOTHING,
    /** Every byte. */
    EVERYTHING,
    /** The first pages, the last of them torn between two sectors. */
    BEGINNING,
    /** Some pages, in no order. */
    PAGES,
    /** Some sectors, in no order. */
    SECTORS;

    static Survival any(RandomGenerator random) {
        Survival[] all = values();
        return all[random.nextInt(all.length)];
    }

    /** Puts the surviving part of {@code written}, which is in order, over {@code pages}. */
    void apply(Map<Integer, byte[]> pages, Map<Integer, byte[]> written, RandomGenerator random) {
        switch (this) {
            case NOTHING -> {}
            case EVERYTHING -> pages.putAll(written);
            case BEGINNING -> applyBeginning(pages, written, random);
            case PAGES -> {
                written.forEach((index, page) -> {
                    if (random.nextBoolean()) {
                        pages.put(index, page);
                    }
                });
            }
            case SECTORS ->
                    written.forEach((index, page) ->
                            pages.put(index, mixed(pages.get(index), page, random.nextInt())));
        }
    }

    private static void applyBeginning(
            Map<Integer, byte[]> pages, Map<Integer, byte[]> written, RandomGenerator random) {
        int whole = random.nextInt(written.size() + 1);
        for (Map.Entry<Integer, byte[]> entry : written.entrySet()) {
            int index = entry.getKey();
            if (whole > 0) {
                pages.put(index, entry.getValue());
                whole--;
            } else {
                int sectors = random.nextInt(SimFile.PAGE / SimFile.SECTOR);
                pages.put(index, mixed(pages.get(index), entry.getValue(), (1 << sectors) - 1));
                break;
            }
        }
    }

    /** The old page with the sectors in the mask taken from the new one. */
    private static byte[] mixed(byte @Nullable [] old, byte[] written, int sectorMask) {
        byte[] page = old == null ? new byte[SimFile.PAGE] : old.clone();
        for (int sector = 0; sector < SimFile.PAGE / SimFile.SECTOR; sector++) {
            if (((sectorMask >> sector) & 1) != 0) {
                int from = sector * SimFile.SECTOR;
                System.arraycopy(written, from, page, from, SimFile.SECTOR);
            }
        }
        return page;
    }

    /**
     * The size that survives. It is recorded apart from the bytes, so that a file may be longer
     * than its surviving bytes, and then ends in zeros, or shorter.
     */
    long size(long old, long grown, RandomGenerator random) {
        if (grown <= old) {
            return old;
        }
        if (random.nextBoolean()) {
            return this == NOTHING ? old : grown;
        }
        return switch (random.nextInt(4)) {
            case 0 -> old;
            case 1 -> grown;
            case 2 -> random.nextLong(old, grown + 1);
            default -> {
                long sectors = grown / SimFile.SECTOR;
                yield Math.max(old, random.nextLong(sectors + 1) * SimFile.SECTOR);
            }
        };
    }
}
