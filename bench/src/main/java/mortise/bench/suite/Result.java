package mortise.bench.suite;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a row of the suite came to.
 *
 * @param name of the row
 * @param title what was measured, for people
 * @param measured when, in ISO form
 * @param command what repeats it
 * @param warnings why the figures are to be read with care
 */
record Result(
        String name,
        String title,
        String measured,
        String command,
        List<Entry> entries,
        List<String> warnings) {
    /** The share of the floor that the first system reaches. */
    static final String SHARE_OF_FLOOR = "share-of-floor";

    /**
     * One figure of the row.
     *
     * @param more whether more of it is better
     * @param values of every round that counts, by system
     * @param target what the ratio of the first system to the second is to be
     */
    record Entry(
            String figure,
            String unit,
            boolean more,
            Map<String, List<Double>> values,
            Optional<Target> target) {}
}
