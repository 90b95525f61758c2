import org.jspecify.annotations.NullMarked;

/** The vocabulary that every module shares: names, error codes, configuration, metrics, clock. */
@NullMarked
module mortise.api {
    requires static transitive org.jspecify;

    exports mortise.api;
    exports mortise.api.config;
    exports mortise.api.metrics;
}
