package mortise.api.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Collectors;
import mortise.api.DataSize;
import mortise.api.HostPort;

/**
 * How the text of a configuration value becomes a value and back. Immutable.
 *
 * @param <T> the value's type
 */
public final class ConfigType<T> {
    /** Any text. */
    public static final ConfigType<String> STRING =
            new ConfigType<>("string", text -> text, value -> value);

    /** {@code true} or {@code false}. */
    public static final ConfigType<Boolean> BOOLEAN =
            new ConfigType<>("boolean", ConfigType::parseBoolean, String::valueOf);

    /** A 32-bit integer. */
    public static final ConfigType<Integer> INT =
            new ConfigType<>("int", ConfigType::parseInt, String::valueOf);

    /** A 64-bit integer. */
    public static final ConfigType<Long> LONG =
            new ConfigType<>("long", ConfigType::parseLong, String::valueOf);

    /** A decimal number. */
    public static final ConfigType<Double> DOUBLE =
            new ConfigType<>("double", ConfigType::parseDouble, String::valueOf);

    /**
     * A duration: {@code 250ms}, {@code 30s}, {@code 5m}, {@code 2h}, {@code 7d}; a bare number is
     * milliseconds.
     */
    public static final ConfigType<Duration> DURATION =
            new ConfigType<>("duration", Durations::parse, Durations::format);

    /** A {@link DataSize}. */
    public static final ConfigType<DataSize> SIZE =
            new ConfigType<>("size", DataSize::parse, DataSize::toString);

    /** A {@link HostPort}. */
    public static final ConfigType<HostPort> HOST_PORT =
            new ConfigType<>("host:port", HostPort::parse, HostPort::toString);

    /** A path of the default file system; text of blanks only is none. */
    public static final ConfigType<Path> PATH =
            new ConfigType<>("path", ConfigType::parsePath, Path::toString);

    /** A list, separated by commas; blanks around the elements do not count. */
    public static final ConfigType<List<String>> LIST =
            new ConfigType<>("list", ConfigType::parseList, list -> String.join(",", list));

    private final String name;
    private final Function<String, T> parser;
    private final Function<T, String> formatter;

    private ConfigType(String name, Function<String, T> parser, Function<T, String> formatter) {
        this.name = name;
        this.parser = parser;
        this.formatter = formatter;
    }

    /** One of the constants of an enum, written in lower case with dashes. */
    public static <E extends Enum<E>> ConfigType<E> oneOf(Class<E> constants) {
        E[] values = constants.getEnumConstants();
        String known =
                Arrays.stream(values).map(ConfigType::kebab).collect(Collectors.joining(", "));
        return new ConfigType<>(
                "one of " + known,
                text ->
                        Arrays.stream(values)
                                .filter(value ->
                                        kebab(value).equals(text.strip().toLowerCase(Locale.ROOT)))
                                .findFirst()
                                .orElseThrow(() ->
                                        new IllegalArgumentException(
                                                "'" + text + "' is not one of " + known)),
                ConfigType::kebab);
    }

    /** What the reference page calls this type. */
    public String name() {
        return name;
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if the text is no value of this type, saying what would be
     */
    public T parse(String text) {
        return parser.apply(text);
    }

    /** The text form, which {@link #parse} reads back. */
    public String format(T value) {
        return formatter.apply(value);
    }

    private static String kebab(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static Boolean parseBoolean(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default ->
                    throw new IllegalArgumentException("'" + text + "' is neither true nor false");
        };
    }

    private static Integer parseInt(String text) {
        try {
            return Integer.valueOf(text.strip());
        } catch (NumberFormatException noNumber) {
            throw new IllegalArgumentException("'" + text + "' is not a 32-bit integer", noNumber);
        }
    }

    private static Long parseLong(String text) {
        try {
            return Long.valueOf(text.strip());
        } catch (NumberFormatException noNumber) {
            throw new IllegalArgumentException("'" + text + "' is not a 64-bit integer", noNumber);
        }
    }

    private static Double parseDouble(String text) {
        try {
            return Double.valueOf(text.strip());
        } catch (NumberFormatException noNumber) {
            throw new IllegalArgumentException("'" + text + "' is not a number", noNumber);
        }
    }

    private static Path parsePath(String text) {
        if (text.isBlank()) {
            // else it would be the current directory
            throw new IllegalArgumentException("'" + text + "' names no file or directory");
        }
        return Path.of(text);
    }

    private static List<String> parseList(String text) {
        return Arrays.stream(text.split(",", -1))
                .map(String::strip)
                .filter(element -> !element.isEmpty())
                .toList();
    }
}
