package mortise.api.metrics;

/** Takes the values of a family of gauges while somebody looks. Confined to the call. */
@FunctionalInterface
public interface Readings {
    /**
     * Notes one value. What goes beyond the family's bound is left out, and the broker counts it.
     *
     * @param labelValues one for each label, in the order of {@link Labels#names}
     */
    void read(long value, String... labelValues);
}
