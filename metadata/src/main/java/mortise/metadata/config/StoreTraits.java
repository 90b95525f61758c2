package mortise.metadata.config;

import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import mortise.spi.Capability;
import org.jspecify.annotations.Nullable;

/**
 * What the storage plugin of this assembly can do; topic configurations that need more are refused.
 *
 * @param name the plugin's name
 * @param capabilities what it declares
 */
public record StoreTraits(String name, Set<Capability> capabilities) {
    public StoreTraits {
        capabilities = Set.copyOf(capabilities);
    }

    /** Why the store cannot do what needs this capability; null if it can. */
    public @Nullable String lack(Capability capability, String remedy) {
        return capabilities.contains(capability)
                ? null
                : "storage plugin '"
                        + name
                        + "' lacks the capability "
                        + text(capability)
                        + " (it has: "
                        + capabilities.stream()
                                .sorted()
                                .map(StoreTraits::text)
                                .collect(Collectors.joining(", "))
                        + "); "
                        + remedy;
    }

    private static String text(Capability capability) {
        return capability.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
