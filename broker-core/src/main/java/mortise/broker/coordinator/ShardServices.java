package mortise.broker.coordinator;

import java.time.Duration;
import mortise.api.Clock;
import mortise.api.Timers;
import mortise.broker.runtime.Blocking;
import mortise.broker.runtime.Failures;
import mortise.record.Codecs;

/**
 * What the broker hands its coordinators.
 *
 * @param lane where logs are read
 * @param commitTimeout how long an answer waits for its records to be committed
 * @param batchBytes how much commands that wait at the same moment may put into one batch
 */
public record ShardServices(
        Clock clock,
        Timers timers,
        Blocking lane,
        Codecs codecs,
        Failures failures,
        Duration commitTimeout,
        int batchBytes) {}
