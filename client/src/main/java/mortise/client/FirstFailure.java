package mortise.client;

import org.jspecify.annotations.Nullable;

/** The first failure of several steps, of which each is done whatever became of the others. */
final class FirstFailure {
    private @Nullable RuntimeException first;

    void during(Runnable step) {
        try {
            step.run();
        } catch (BrokerErrorException
                | ConnectionFailedException
                | UndecodableBatchException failure) {
            if (first == null) {
                first = failure;
            }
        }
    }

    @Nullable RuntimeException get() {
        return first;
    }

    void throwIfAny() {
        if (first != null) {
            throw first;
        }
    }
}
