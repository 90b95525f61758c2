package mortise.spi.storage;

/**
 * A range of offsets that a log once held durably and holds no more, though nobody removed it.
 *
 * @param from the first offset
 * @param to the offset after the last
 * @param cause what was met in its place, for people: files, and what is wrong with them
 */
public record MissingRecords(long from, long to, String cause) {
    public MissingRecords {
        if (from < 0 || to <= from) {
            throw new IllegalArgumentException("nothing is missing from " + from + " to " + to);
        }
    }
}
