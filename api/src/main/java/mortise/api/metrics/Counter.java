package mortise.api.metrics;

/** A number that only grows. Wait-free; any thread. */
public interface Counter {
    /** Adds {@code amount}, which is not negative. */
    void add(long amount);

    /** Adds one. */
    default void increment() {
        add(1);
    }

    /** The sum so far. */
    long value();
}
