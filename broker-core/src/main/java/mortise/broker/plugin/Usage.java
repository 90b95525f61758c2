package mortise.broker.plugin;

/**
 * Calls into a plugin so far.
 *
 * @param calls how many it was asked to serve
 * @param nanos how long they took together
 * @param failures how many of them failed
 */
public record Usage(long calls, long nanos, long failures) {
    static Usage of(PluginActivity activity) {
        return new Usage(activity.calls(), activity.nanos(), activity.failures());
    }
}
