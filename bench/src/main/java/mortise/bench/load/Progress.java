package mortise.bench.load;

/** Hears how a run goes. */
@FunctionalInterface
public interface Progress {
    /** Hears nothing. */
    Progress SILENT = (second, produced, consumed) -> {};

    /**
     * One second has passed.
     *
     * @param second of the measuring
     */
    void second(double second, Series.Interval produced, Series.Interval consumed);
}
