import org.jspecify.annotations.NullMarked;

/** The zstd codec (RFC 8878), on zstd-jni. */
@NullMarked
module mortise.codec.zstd {
    requires com.github.luben.zstd_jni;
    requires mortise.record;

    provides mortise.record.Codec with
            mortise.codec.zstd.ZstdCodec;
}
