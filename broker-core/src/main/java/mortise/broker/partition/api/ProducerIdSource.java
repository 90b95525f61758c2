package mortise.broker.partition.api;

import java.util.concurrent.CompletionStage;

/** Producer IDs that nobody was given before and nobody will be again. Thread-safe. */
@FunctionalInterface
public interface ProducerIdSource {
    /** The next one; fails if none can be had now. */
    CompletionStage<Long> next();
}
