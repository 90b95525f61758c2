package mortise.api.metrics;

/**
 * Metrics of one name that differ in their label values. Thread-safe.
 *
 * @param <T> {@link Counter} or {@link Histogram}
 */
@FunctionalInterface
public interface Family<T> {
    /**
     * The member with these values, made when it is first asked for. Once the family's bound is
     * reached, every further combination shares the member whose values are all {@link
     * Labels#OTHER}, and the broker counts how many found no room.
     *
     * <p>A caller in a hot path keeps what it was given: using it is wait-free, finding it is a
     * lookup.
     *
     * @param values one for each label, in the order of {@link Labels#names}
     * @throws IllegalArgumentException if there are more or fewer values than labels
     */
    T with(String... values);
}
