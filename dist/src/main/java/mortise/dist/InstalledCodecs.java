package mortise.dist;

import java.util.ServiceLoader;
import mortise.record.Codec;
import mortise.record.Codecs;

/** The codecs of this installation. */
final class InstalledCodecs {
    private InstalledCodecs() {}

    static Codecs load() {
        return Codecs.load(ServiceLoader.load(Codec.class));
    }
}
