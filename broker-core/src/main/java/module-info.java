import org.jspecify.annotations.NullMarked;

/**
 * The broker between the socket and the service interfaces. It knows no implementation of any of
 * them.
 */
@NullMarked
module mortise.broker {
    requires static transitive org.jspecify;
    requires transitive mortise.spi;
    requires transitive mortise.record;
    requires mortise.coordinator;
    requires mortise.metadata;
    requires mortise.wire;
    requires io.netty.common;
    requires io.netty.buffer;
    requires io.netty.transport;
    requires io.netty.handler;
    requires io.netty.codec;
    requires io.netty.transport.classes.epoll;
    requires org.jctools.core.jdk11;
    requires HdrHistogram;
    requires org.slf4j;
    requires jdk.jfr;

    exports mortise.broker;

    uses mortise.spi.storage.StorageProvider;
    uses mortise.spi.consensus.ConsensusProvider;
    uses mortise.spi.partition.PartitionerProvider;
    uses mortise.spi.placement.PlacementProvider;
    uses mortise.spi.auth.AuthorizerProvider;
    uses mortise.spi.telemetry.MetricsExporterProvider;
    uses mortise.record.Codec;
}
