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

    opens mortise.dist to
            info.picocli;

    uses mortise.record.Codec;
    uses mortise.spi.partition.PartitionerProvider;
}
