import org.jspecify.annotations.NullMarked;

/** The lz4 codec (LZ4 frame format), on lz4-java. */
@NullMarked
@SuppressWarnings("module") // lz4 is a name that ends in a digit
module mortise.codec.lz4 {
    requires mortise.record;
    requires org.lz4.java;

    provides mortise.record.Codec with
            mortise.codec.lz4.Lz4Codec;
}
