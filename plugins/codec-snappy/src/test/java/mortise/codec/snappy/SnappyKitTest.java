package mortise.codec.snappy;

import mortise.record.Codec;
import mortise.tck.codec.CodecContract;

/** The published conformance kit. */
class SnappyKitTest implements CodecContract {
    @Override
    public Codec codec() {
        return new SnappyCodec();
    }
}
