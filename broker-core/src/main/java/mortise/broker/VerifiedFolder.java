package mortise.broker;

import java.util.List;

/**
 * What became of one plugin folder when it was loaded on trial.
 *
 * @param plugins what it provides, and what of it is refused
 * @param warnings what else a start would complain of, each as one line that names the folder
 */
public record VerifiedFolder(List<InstalledPlugin> plugins, List<String> warnings) {
    public VerifiedFolder {
        plugins = List.copyOf(plugins);
        warnings = List.copyOf(warnings);
    }
}
