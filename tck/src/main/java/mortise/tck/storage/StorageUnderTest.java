package mortise.tck.storage;

import java.time.Duration;
import java.util.Map;
import mortise.spi.Capability;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.StorageProvider;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;

/** What the contracts need to know of a storage plugin. */
public interface StorageUnderTest {
    /** The plugin; asked for once per start of a store. */
    StorageProvider provider();

    /** What its configuration sets; nothing unless overridden. */
    default Map<String, String> settings() {
        return Map.of();
    }

    /**
     * Where a test runs: on a fresh simulated disk, unless overridden for a plugin that needs real
     * files ({@link SimContext#on(java.nio.file.Path, long)}).
     */
    default SimContext context() {
        return SimContext.on(SimDisk.create(1), 1);
    }

    /** Settings that make small segments: 8 KiB, an hour. */
    default LogSettings smallSegments() {
        return new LogSettings(
                8 << 10, Duration.ofHours(1), 256, 4 << 10, false, Duration.ofSeconds(1));
    }

    /** Whether the plugin declares a capability. */
    default boolean can(Capability capability) {
        return provider().capabilities().contains(capability);
    }
}
