package mortise.bench.report;

import java.util.List;

/** The values of several rounds: their median, and the range that they lie in. */
public record Spread(double median, double least, double most, int rounds) {
    /** The spread of at least one value. */
    public static Spread of(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        double median =
                sorted.size() % 2 == 1
                        ? sorted.get(middle)
                        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
        return new Spread(median, sorted.getFirst(), sorted.getLast(), sorted.size());
    }

    /** Whether no value of one lies among those of the other. */
    boolean isApartFrom(Spread other) {
        return least > other.most || most < other.least;
    }
}
