package mortise.broker;

import mortise.api.config.ConfigSchema;

/**
 * The configuration keys of one concern.
 *
 * @param reader who reads them: {@code core}, or a plugin by kind and name such as {@code
 *     storage-local}
 * @param title what they are about, as a heading
 * @param keys the keys, in the order in which their page lists them
 */
public record ConfigConcern(String reader, String title, ConfigSchema keys) {
    /** The reader of the keys that no plugin reads. */
    public static final String CORE = "core";
}
