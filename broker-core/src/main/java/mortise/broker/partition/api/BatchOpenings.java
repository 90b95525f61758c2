package mortise.broker.partition.api;

import mortise.broker.runtime.Blocking;
import mortise.record.Codecs;

/**
 * How batches are opened.
 *
 * @param tasks as many at once as a bound of its own allows: a codec may take memory outside of the
 *     heap, and a client decides how long it is at work
 * @param codecs the codecs at hand
 */
public record BatchOpenings(Blocking tasks, Codecs codecs) {}
