package mortise.api.config;

import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One configuration key: its name, type, default, bounds and documentation. Immutable; declared as
 * a constant by the code that reads it.
 *
 * <pre>{@code
 * static final ConfigKey<Integer> SHARDS =
 *         ConfigKey.of("storage.mine.shards", ConfigType.INT, "Files per partition.")
 *                 .defaultsTo(4).between(1, 64);
 * }</pre>
 *
 * @param <T> the value's type
 */
public final class ConfigKey<T> {
    private final String name;
    private final ConfigType<T> type;
    private final String doc;
    private final @Nullable T defaultValue;
    private final Bounds<T> bounds;
    private final Traits traits;

    /**
     * What values are accepted.
     *
     * @param described in words; empty if the type says it all
     * @param check gives null for an acceptable value, else what is wrong with it
     */
    private record Bounds<T>(String described, Function<T, @Nullable String> check) {}

    /**
     * How a key is met besides its own name.
     *
     * @param kafkaName Kafka's name for it
     * @param reloadable whether it may change while the broker runs
     * @param secret whether its value is never printed
     */
    private record Traits(@Nullable String kafkaName, boolean reloadable, boolean secret) {}

    private ConfigKey(
            String name,
            ConfigType<T> type,
            String doc,
            @Nullable T defaultValue,
            Bounds<T> bounds,
            Traits traits) {
        this.name = name;
        this.type = type;
        this.doc = doc;
        this.defaultValue = defaultValue;
        this.bounds = bounds;
        this.traits = traits;
    }

    /** A key without a default: reading it gives nothing unless somebody sets it. */
    public static <T> ConfigKey<T> of(String name, ConfigType<T> type, String doc) {
        return new ConfigKey<>(
                name,
                type,
                doc,
                null,
                new Bounds<>("", value -> null),
                new Traits(null, false, false));
    }

    /** This key with a default. */
    public ConfigKey<T> defaultsTo(T value) {
        return new ConfigKey<>(name, type, doc, value, bounds, traits);
    }

    /**
     * This key with bounds.
     *
     * @param described what is accepted, for messages and the reference page
     * @param problem gives null for an acceptable value, else what is wrong with it
     */
    public ConfigKey<T> checked(String described, Function<T, @Nullable String> problem) {
        return new ConfigKey<>(
                name, type, doc, defaultValue, new Bounds<>(described, problem), traits);
    }

    /** This key under a second name that Kafka's configuration uses for the same thing. */
    public ConfigKey<T> alias(String kafkaBrokerName) {
        return with(new Traits(kafkaBrokerName, traits.reloadable, traits.secret));
    }

    /** This key as one that may change while the broker runs. */
    public ConfigKey<T> whileRunning() {
        return with(new Traits(traits.kafkaName, true, traits.secret));
    }

    /** This key as one whose value is never printed. */
    public ConfigKey<T> hidden() {
        return with(new Traits(traits.kafkaName, traits.reloadable, true));
    }

    private ConfigKey<T> with(Traits changed) {
        return new ConfigKey<>(name, type, doc, defaultValue, bounds, changed);
    }

    /** This key with an inclusive range; for comparable types only. */
    public ConfigKey<T> between(T least, T most) {
        String range = type.format(least) + " to " + type.format(most);
        return checked(
                range,
                value ->
                        compare(value, least) < 0 || compare(value, most) > 0
                                ? "is not within " + range
                                : null);
    }

    /** This key with an inclusive lower bound; for comparable types only. */
    public ConfigKey<T> atLeast(T least) {
        String range = "at least " + type.format(least);
        return checked(range, value -> compare(value, least) < 0 ? "is not " + range : null);
    }

    @SuppressWarnings("unchecked")
    private static <T> int compare(T left, T right) {
        return ((Comparable<T>) left).compareTo(right);
    }

    /**
     * Reads and checks a value.
     *
     * @throws IllegalArgumentException with what is wrong and what would be right
     */
    public T parse(String text) {
        T value = type.parse(text);
        String problem = bounds.check.apply(value);
        if (problem != null) {
            throw new IllegalArgumentException(
                    "'" + (traits.secret ? "****" : text) + "' " + problem);
        }
        return value;
    }

    /** The name as operators write it, in dotted concerns with dashes. */
    public String name() {
        return name;
    }

    /** How its text is read. */
    public ConfigType<T> type() {
        return type;
    }

    /** What it does, one or more sentences. */
    public String doc() {
        return doc;
    }

    /** What it is when nobody sets it. */
    public Optional<T> defaultValue() {
        return Optional.ofNullable(defaultValue);
    }

    /** The default's text form. */
    public Optional<String> defaultText() {
        return Optional.ofNullable(defaultValue).map(type::format);
    }

    /** What values are accepted, in words; empty if the type says it all. */
    public String bounds() {
        return bounds.described;
    }

    /** Kafka's broker key for the same thing. */
    public Optional<String> kafkaName() {
        return Optional.ofNullable(traits.kafkaName);
    }

    /** Whether it may change while the broker runs. */
    public boolean reloadable() {
        return traits.reloadable;
    }

    /** Whether its value is never printed. */
    public boolean secret() {
        return traits.secret;
    }

    @Override
    public String toString() {
        return name;
    }
}
