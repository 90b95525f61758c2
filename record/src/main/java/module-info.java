import org.jspecify.annotations.NullMarked;

/** Record batches as they travel and lie on disk, and the service that opens compressed ones. */
@NullMarked
module mortise.record {
    requires transitive mortise.api;

    exports mortise.record;

    uses mortise.record.Codec;
}
