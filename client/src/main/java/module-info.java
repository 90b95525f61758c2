import org.jspecify.annotations.NullMarked;

/** A small blocking client, without Netty: the command line and the load driver use it. */
@NullMarked
module mortise.client {
    requires static transitive org.jspecify;
    requires transitive mortise.api;
    requires transitive mortise.record;
    requires transitive mortise.spi;
    requires transitive mortise.wire;

    exports mortise.client;
}
