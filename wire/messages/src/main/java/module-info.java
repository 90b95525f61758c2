import org.jspecify.annotations.NullMarked;

/** The Kafka protocol: generated messages, primitives, headers. */
@NullMarked
module mortise.wire {
    requires static transitive org.jspecify;

    exports mortise.wire;
    exports mortise.wire.message;
}
