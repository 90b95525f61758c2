package mortise.broker.coordinator;

import mortise.broker.partition.Partition;
import org.jspecify.annotations.Nullable;

/**
 * A command of a shard's control lane.
 *
 * @param <S> the shard's state
 */
sealed interface ShardControl<S> {
    /** The partition's leadership may have changed. */
    record Follow<S>(Partition partition) implements ShardControl<S> {}

    /** A load has ended: with a state, or with why there is none. */
    record Loaded<S>(Term term, @Nullable S state, @Nullable Throwable failure)
            implements ShardControl<S> {}

    /** A load is to be tried again. */
    record LoadAgain<S>(Term term) implements ShardControl<S> {}

    /** What was decided in a term could not be appended. */
    record Failed<S>(Term term) implements ShardControl<S> {}

    /** Something that nobody waits for is to be decided. */
    record Act<S>(String what, CoordinatorAction<S> action) implements ShardControl<S> {}
}
