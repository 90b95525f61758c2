package mortise.codec.zstd;

import mortise.record.Codec;
import mortise.tck.codec.CodecContract;

/** The published conformance kit. */
class ZstdKitTest implements CodecContract {
    @Override
    public Codec codec() {
        return new ZstdCodec();
    }
}
