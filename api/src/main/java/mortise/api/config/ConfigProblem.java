package mortise.api.config;

import java.util.List;

/**
 * One thing that is wrong with a configuration.
 *
 * @param key the name as it was written
 * @param message what is wrong and what would be right, to be read after the name
 */
public record ConfigProblem(String key, String message) {
    /** A name that no key has. */
    static ConfigProblem unknown(String name, List<String> nearest) {
        return new ConfigProblem(
                name,
                nearest.isEmpty()
                        ? "is not a known key"
                        : "is not a known key; did you mean " + String.join(", ", nearest) + "?");
    }

    @Override
    public String toString() {
        return key + ": " + message;
    }
}
