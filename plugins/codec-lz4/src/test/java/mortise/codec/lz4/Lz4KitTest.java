package mortise.codec.lz4;

import mortise.record.Codec;
import mortise.tck.codec.CodecContract;

/** The published conformance kit. */
class Lz4KitTest implements CodecContract {
    @Override
    public Codec codec() {
        return new Lz4Codec();
    }
}
