import org.jspecify.annotations.NullMarked;

/** What plugin authors implement. Signatures use {@code java.*} and {@code mortise.api} only. */
@NullMarked
module mortise.spi {
    requires static transitive org.jspecify;
    requires transitive mortise.api;

    exports mortise.spi;
    exports mortise.spi.auth;
    exports mortise.spi.consensus;
    exports mortise.spi.partition;
    exports mortise.spi.placement;
    exports mortise.spi.storage;
    exports mortise.spi.telemetry;
}
