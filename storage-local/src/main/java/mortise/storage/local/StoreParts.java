package mortise.storage.local;

import mortise.api.Clock;
import mortise.api.config.Config;

/** What the logs of a store share. */
record StoreParts(
        Config config,
        OpenFiles openFiles,
        ReadAhead readAhead,
        SpaceAllocator space,
        RecentBudget recentBudget,
        DoomedFiles doomed,
        Clock clock) {
    /** Where the store says what it does. */
    System.Logger logger() {
        return openFiles.logger();
    }

    /** Buffers to read headers into. */
    ScratchBuffers scratch() {
        return readAhead.scratch();
    }

    /** What is done later, on a thread of the store. */
    Housekeeping housekeeping() {
        return doomed.housekeeping();
    }
}
