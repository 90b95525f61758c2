import org.jspecify.annotations.NullMarked;

/**
 * The cluster's metadata as values: records, the image that they make, configurations, and the
 * controller that decides over them. Nothing here sees a thread, a clock, a socket or a file.
 */
@NullMarked
module mortise.metadata {
    requires static transitive org.jspecify;
    requires transitive mortise.spi;
    requires transitive mortise.wire;

    exports mortise.metadata;
    exports mortise.metadata.config;
    exports mortise.metadata.controller;
    exports mortise.metadata.kafka;
    exports mortise.metadata.record;
}
