package mortise.broker.plugin;

import java.time.Duration;
import mortise.api.config.Config;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigSchema;
import mortise.api.config.ConfigType;

/**
 * How long plugins may take.
 *
 * @param createLimit to be created, without any I/O
 * @param startLimit to start, recovery included
 * @param stopLimit to close, and then to end their threads
 */
public record PluginSettings(Duration createLimit, Duration startLimit, Duration stopLimit) {
    private static final ConfigSchema.Builder KEYS = ConfigSchema.builder();

    private static final ConfigKey<Duration> CREATE_LIMIT =
            KEYS.add(
                    ConfigKey.of(
                                    "plugins.create-timeout",
                                    ConfigType.DURATION,
                                    "How long a plugin may take to be created, which does no I/O; then the start fails and names it.")
                            .defaultsTo(Duration.ofSeconds(10))
                            .between(Duration.ofMillis(1), Duration.ofHours(1)));

    private static final ConfigKey<Duration> START_LIMIT =
            KEYS.add(
                    ConfigKey.of(
                                    "plugins.start-timeout",
                                    ConfigType.DURATION,
                                    "How long a plugin may take to start, its own recovery included; then the start fails and names it.")
                            .defaultsTo(Duration.ofMinutes(10))
                            .between(Duration.ofMillis(1), Duration.ofDays(1)));

    private static final ConfigKey<Duration> STOP_LIMIT =
            KEYS.add(
                    ConfigKey.of(
                                    "plugins.stop-timeout",
                                    ConfigType.DURATION,
                                    "How long a plugin may take to close; then the broker goes on stopping without it and names it.")
                            .defaultsTo(Duration.ofMinutes(1))
                            .between(Duration.ofMillis(1), Duration.ofHours(1)));

    /** All keys of this concern. */
    public static final ConfigSchema SCHEMA = KEYS.build();

    /** Reads the settings. */
    public static PluginSettings from(Config config) {
        return new PluginSettings(
                config.get(CREATE_LIMIT), config.get(START_LIMIT), config.get(STOP_LIMIT));
    }
}
