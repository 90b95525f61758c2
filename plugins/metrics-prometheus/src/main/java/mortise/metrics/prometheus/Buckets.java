package mortise.metrics.prometheus;

import java.util.List;
import mortise.api.metrics.MetricUnit;

/** The upper bounds that distributions are shown with, by unit. */
final class Buckets {
    private static final List<Bucket> DURATIONS =
            List.of(
                    new Bucket(10_000, "1e-05"),
                    new Bucket(25_000, "2.5e-05"),
                    new Bucket(50_000, "5e-05"),
                    new Bucket(100_000, "0.0001"),
                    new Bucket(250_000, "0.00025"),
                    new Bucket(500_000, "0.0005"),
                    new Bucket(1_000_000, "0.001"),
                    new Bucket(2_500_000, "0.0025"),
                    new Bucket(5_000_000, "0.005"),
                    new Bucket(10_000_000, "0.01"),
                    new Bucket(25_000_000, "0.025"),
                    new Bucket(50_000_000, "0.05"),
                    new Bucket(100_000_000, "0.1"),
                    new Bucket(250_000_000, "0.25"),
                    new Bucket(500_000_000, "0.5"),
                    new Bucket(1_000_000_000L, "1.0"),
                    new Bucket(2_500_000_000L, "2.5"),
                    new Bucket(5_000_000_000L, "5.0"),
                    new Bucket(10_000_000_000L, "10.0"),
                    new Bucket(30_000_000_000L, "30.0"));

    private static final List<Bucket> SIZES =
            List.of(
                    new Bucket(256, "256.0"),
                    new Bucket(1_024, "1024.0"),
                    new Bucket(4_096, "4096.0"),
                    new Bucket(16_384, "16384.0"),
                    new Bucket(65_536, "65536.0"),
                    new Bucket(262_144, "262144.0"),
                    new Bucket(1_048_576, "1.048576e+06"),
                    new Bucket(4_194_304, "4.194304e+06"),
                    new Bucket(16_777_216, "1.6777216e+07"),
                    new Bucket(67_108_864, "6.7108864e+07"));

    private static final List<Bucket> COUNTS =
            List.of(
                    new Bucket(1, "1.0"),
                    new Bucket(2, "2.0"),
                    new Bucket(4, "4.0"),
                    new Bucket(8, "8.0"),
                    new Bucket(16, "16.0"),
                    new Bucket(32, "32.0"),
                    new Bucket(64, "64.0"),
                    new Bucket(128, "128.0"),
                    new Bucket(256, "256.0"),
                    new Bucket(512, "512.0"),
                    new Bucket(1_024, "1024.0"));

    private Buckets() {}

    /**
     * An upper bound.
     *
     * @param most the largest value in it, in the metric's unit
     * @param text the bound in the unit of the page, as OpenMetrics wants it
     */
    record Bucket(long most, String text) {}

    /** The bounds for a unit, ascending; what lies above the last one counts as well. */
    static List<Bucket> of(MetricUnit unit) {
        return switch (unit) {
            case NANOS -> DURATIONS;
            case BYTES -> SIZES;
            case SECONDS, COUNT -> COUNTS;
        };
    }
}
