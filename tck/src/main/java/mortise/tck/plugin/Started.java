package mortise.tck.plugin;

import mortise.spi.Lifecycle;

/** Plugins that have started, for kits that ask them. */
public final class Started {
    private Started() {}

    /**
     * Starts what a provider has made, and returns it; it is closed if it does not start.
     *
     * @throws AssertionError if it does not start
     */
    public static <T extends Lifecycle> T of(T made) {
        try {
            made.start();
            return made;
        } catch (Exception failure) {
            made.close();
            throw new AssertionError("start of " + made + " failed", failure);
        }
    }
}
