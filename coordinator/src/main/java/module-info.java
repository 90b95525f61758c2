import org.jspecify.annotations.NullMarked;

/**
 * Coordinators as values: state machines that stand on the records of an internal topic's
 * partition. Nothing here sees a thread, a clock, a socket or a file; time, chance and the log are
 * handed in.
 */
@NullMarked
module mortise.coordinator {
    requires static transitive org.jspecify;
    requires transitive mortise.api;
    requires transitive mortise.wire;

    exports mortise.coordinator;
    exports mortise.coordinator.group;
}
