import org.jspecify.annotations.NullMarked;

/**
 * What plugin authors test with: a simulated disk, clock and context, and a conformance kit per
 * service interface. For the test scope.
 */
@NullMarked
module mortise.tck {
    requires static transitive org.jspecify;
    requires transitive mortise.spi;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;

    exports mortise.tck.consensus;
    exports mortise.tck.sim;
    exports mortise.tck.storage;
    exports mortise.tck.telemetry;
}
