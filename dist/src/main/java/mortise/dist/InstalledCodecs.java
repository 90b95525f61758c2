package mortise.dist;

import java.util.ServiceLoader;
import mortise.broker.BrokerBuilder;
import mortise.record.Codec;
import mortise.record.Codecs;

/** The codecs of this installation: those built in, and those of its plugin folders. */
final class InstalledCodecs {
    private InstalledCodecs() {}

    static Codecs load() {
        return PluginFolders.builder()
                .map(BrokerBuilder::codecs)
                .orElseGet(() -> Codecs.load(ServiceLoader.load(Codec.class)));
    }
}
