package mortise.metrics.prometheus;

import java.time.Duration;
import mortise.api.HostPort;

/**
 * What the operator chose.
 *
 * @param listen where to listen
 * @param maxConnections how many connections are open at once
 * @param maxScrapes how many metrics pages exist at once
 * @param requestTimeout how long a connection lives
 */
record Settings(HostPort listen, int maxConnections, int maxScrapes, Duration requestTimeout) {}
