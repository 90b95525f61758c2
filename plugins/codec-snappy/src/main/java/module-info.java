import org.jspecify.annotations.NullMarked;

/** The snappy codec (xerial's framing and plain blocks), on snappy-java. */
@NullMarked
module mortise.codec.snappy {
    requires mortise.record;
    requires org.xerial.snappy;

    provides mortise.record.Codec with
            mortise.codec.snappy.SnappyCodec;
}
