import org.jspecify.annotations.NullMarked;

/** The command line and the assembled broker. */
@NullMarked
module mortise.dist {
    requires static transitive org.jspecify;
    requires mortise.broker;
    requires mortise.client;
    requires info.picocli;
    requires org.snakeyaml.engine;
    requires com.fasterxml.jackson.core;
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires org.slf4j;

    opens mortise.dist to
            info.picocli;

    uses mortise.record.Codec;
    uses mortise.spi.partition.PartitionerProvider;

    provides ch.qos.logback.classic.spi.Configurator with
            mortise.dist.LoggingSetup;
}
