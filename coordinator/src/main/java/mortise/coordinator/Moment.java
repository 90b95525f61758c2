package mortise.coordinator;

/**
 * A point in time, as both clocks show it.
 *
 * @param nanos by a clock that never goes back, of any origin: for deadlines
 * @param wallMillis since 1970: for what is stored
 */
public record Moment(long nanos, long wallMillis) {
    private static final long NANOS_PER_MILLI = 1_000_000;

    /** The deadline that is so many milliseconds away. */
    public long inMillis(long millis) {
        return nanos + millis * NANOS_PER_MILLI;
    }
}
