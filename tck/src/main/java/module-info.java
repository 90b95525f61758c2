import org.jspecify.annotations.NullMarked;

/**
 * What plugin authors test with: a simulated disk, clock and context, and a conformance kit per
 * service interface. For the test scope.
 */
@NullMarked
module mortise.tck {
    requires static transitive org.jspecify;
    requires transitive mortise.record;
    requires transitive mortise.spi;
    requires transitive org.junit.jupiter.api;
    requires org.assertj.core;
    requires java.management;
    requires jdk.jfr;
    requires jdk.management;
    requires jdk.zipfs;

    exports mortise.tck.auth;
    exports mortise.tck.codec;
    exports mortise.tck.consensus;
    exports mortise.tck.partition;
    exports mortise.tck.placement;
    exports mortise.tck.plugin;
    exports mortise.tck.sim;
    exports mortise.tck.storage;
    exports mortise.tck.telemetry;

    uses mortise.record.Codec;
    uses mortise.spi.auth.AuthorizerProvider;
    uses mortise.spi.consensus.ConsensusProvider;
    uses mortise.spi.partition.PartitionerProvider;
    uses mortise.spi.placement.PlacementProvider;
    uses mortise.spi.storage.StorageProvider;
    uses mortise.spi.telemetry.MetricsExporterProvider;
}
