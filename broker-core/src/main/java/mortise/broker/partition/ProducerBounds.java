package mortise.broker.partition;

import java.time.Duration;
import mortise.api.config.Config;

/**
 * How many idempotent producers one partition remembers, and for how long.
 *
 * @param most beyond it the longest silent are forgotten
 * @param expiration how long a silent producer is remembered
 */
record ProducerBounds(int most, Duration expiration) {
    /** The bounds of every partition. */
    static ProducerBounds of(Config config) {
        return new ProducerBounds(
                config.get(PartitionSettings.PRODUCERS_MAX),
                config.get(PartitionSettings.PRODUCER_EXPIRATION));
    }

    /** The time at or before which a producer was last heard of that is forgotten now. */
    long oldestMillis(long nowMillis) {
        return nowMillis - expiration.toMillis();
    }
}
