package mortise.storage.local;

import mortise.api.Clock;

/** What the logs of a store share. */
record StoreParts(
        LocalStorageConfig config,
        OpenFiles openFiles,
        ScratchBuffers scratch,
        RecentBudget recentBudget,
        ReadAhead readAhead,
        Housekeeping housekeeping,
        DoomedFiles doomed,
        Clock clock,
        System.Logger logger) {}
