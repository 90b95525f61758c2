package mortise.metadata.config;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A configuration as it is described to clients: its value and everything that the value could have
 * come from.
 *
 * @param value its text; null if it has none or is secret
 * @param source where the value comes from
 * @param readOnly whether it can only be set at the start
 * @param synonyms everything that is set for it, what counts first
 */
public record ConfigEntry(
        String name,
        @Nullable String value,
        ConfigSource source,
        boolean readOnly,
        boolean sensitive,
        List<Synonym> synonyms,
        ConfigKind kind,
        String doc) {
    public ConfigEntry {
        synonyms = List.copyOf(synonyms);
    }

    /** A value that is set somewhere, under the name that it has there. */
    public record Synonym(String name, @Nullable String value, ConfigSource source) {}
}
