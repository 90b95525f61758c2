package mortise.broker.telemetry;

import mortise.spi.telemetry.Distribution;
import org.HdrHistogram.AbstractHistogram;
import org.HdrHistogram.HistogramIterationValue;

/** A copy of a histogram, which nobody records into. */
record CopiedDistribution(AbstractHistogram values) implements Distribution {
    @Override
    public long count() {
        return values.getTotalCount();
    }

    @Override
    public double sum() {
        double sum = 0;
        for (HistogramIterationValue step : values.recordedValues()) {
            sum +=
                    (double) step.getCountAtValueIteratedTo()
                            * values.medianEquivalentValue(step.getValueIteratedTo());
        }
        return sum;
    }

    @Override
    public long max() {
        return values.getMaxValue();
    }

    @Override
    public long countUpTo(long value) {
        return value < 0 || count() == 0
                ? 0
                : values.getCountBetweenValues(0, Math.min(value, values.getMaxValue()));
    }

    @Override
    public long quantile(double share) {
        return count() == 0 ? 0 : values.getValueAtPercentile(share * 100);
    }
}
