package mortise.tck.codec;

import java.util.Objects;
import mortise.record.Codec;
import mortise.record.Codecs;

/** The codec that is built in passes; it is no service, since it is always there. */
class GzipKitTest implements CodecContract {
    @Override
    public Codec codec() {
        return Objects.requireNonNull(Codecs.of().find("gzip"));
    }

    @Override
    public void itIsFoundAsAService() {}
}
