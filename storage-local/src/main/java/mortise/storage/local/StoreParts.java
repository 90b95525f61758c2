package mortise.storage.local;

import mortise.api.Clock;

/** What the logs of a store share. */
record StoreParts(
        LocalStorageConfig config,
        OpenFiles openFiles,
        ReadAhead readAhead,
        RecentBudget recentBudget,
        DoomedFiles doomed,
        Clock clock,
        System.Logger logger) {
    /** Buffers to read headers into. */
    ScratchBuffers scratch() {
        return readAhead.scratch();
    }

    /** What is done later, on a thread of the store. */
    Housekeeping housekeeping() {
        return doomed.housekeeping();
    }
}
