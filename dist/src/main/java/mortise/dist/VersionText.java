package mortise.dist;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What {@code mortise --version} prints. */
final class VersionText implements IVersionProvider {
    @Override
    public String[] getVersion() {
        ModuleDescriptor module = Main.class.getModule().getDescriptor();
        Optional<String> version = module == null ? Optional.empty() : module.rawVersion();
        return new String[] {
            "mortise " + version.orElse("(development)") + " on Java " + Runtime.version().feature()
        };
    }
}
