package mortise.metadata.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;
import mortise.api.config.ConfigKey;
import mortise.api.config.ConfigType;
import org.jspecify.annotations.Nullable;

/**
 * One of Kafka's topic configurations: its name, text form and bounds, and what this broker does
 * with it. Immutable.
 *
 * @param <T> the value's type; lists are text
 */
public final class TopicConfig<T> {
    private final String name;
    private final ConfigKind kind;
    private final ConfigKey<T> rule;
    private final T defaultValue;
    private final @Nullable ConfigKey<T> brokerKey;
    private final BiFunction<T, StoreTraits, @Nullable String> refusal;
    private final String honoured;

    private TopicConfig(
            String name,
            ConfigKind kind,
            ConfigKey<T> rule,
            T defaultValue,
            @Nullable ConfigKey<T> brokerKey,
            BiFunction<T, StoreTraits, @Nullable String> refusal,
            String honoured) {
        this.name = name;
        this.kind = kind;
        this.rule = rule;
        this.defaultValue = defaultValue;
        this.brokerKey = brokerKey;
        this.refusal = refusal;
        this.honoured = honoured;
    }

    static <T> TopicConfig<T> of(
            String name, ConfigKind kind, ConfigType<T> type, T defaultValue, String doc) {
        ConfigKey<T> rule = ConfigKey.of(name, type, doc).defaultsTo(defaultValue);
        return new TopicConfig<>(name, kind, rule, defaultValue, null, (value, store) -> null, "");
    }

    static TopicConfig<Long> millis(String name, long defaultMillis, String doc) {
        return of(name, ConfigKind.LONG, ConfigType.LONG, defaultMillis, doc);
    }

    TopicConfig<T> checked(String bounds, Function<T, @Nullable String> problem) {
        return new TopicConfig<>(
                name,
                kind,
                rule.checked(bounds, problem),
                defaultValue,
                brokerKey,
                refusal,
                honoured);
    }

    TopicConfig<T> atLeast(T least) {
        return new TopicConfig<>(
                name, kind, rule.atLeast(least), defaultValue, brokerKey, refusal, honoured);
    }

    TopicConfig<T> between(T least, T most) {
        return new TopicConfig<>(
                name, kind, rule.between(least, most), defaultValue, brokerKey, refusal, honoured);
    }

    /**
     * Gives it a default of the broker's, under Kafka's name for it. To be called after the bounds.
     */
    TopicConfig<T> underBrokerName(String kafkaName) {
        ConfigKey<T> key =
                ConfigKey.of(
                                "topic-defaults." + name.replace('.', '-'),
                                rule.type(),
                                "The " + name + " of topics that do not say. " + rule.doc())
                        .defaultsTo(defaultValue)
                        .checked(rule.bounds(), value -> problem(rule, value))
                        .whileRunning()
                        .alias(kafkaName);
        return new TopicConfig<>(name, kind, rule, defaultValue, key, refusal, honoured);
    }

    /** Makes values that this broker cannot serve errors. */
    TopicConfig<T> refusing(BiFunction<T, StoreTraits, @Nullable String> why) {
        return new TopicConfig<>(name, kind, rule, defaultValue, brokerKey, why, honoured);
    }

    /** Makes true an error. */
    static BiFunction<Boolean, StoreTraits, @Nullable String> onlyFalse(String reason) {
        return (value, store) -> value ? reason : null;
    }

    /** Says in one sentence what the broker does with it. */
    TopicConfig<T> honoured(String how) {
        return new TopicConfig<>(name, kind, rule, defaultValue, brokerKey, refusal, how);
    }

    private static <T> @Nullable String problem(ConfigKey<T> rule, T value) {
        try {
            rule.parse(rule.type().format(value));
            return null;
        } catch (IllegalArgumentException refused) {
            return "is not " + rule.bounds();
        }
    }

    /** Kafka's name. */
    public String name() {
        return name;
    }

    /** Its type as clients see it. */
    public ConfigKind kind() {
        return kind;
    }

    /** What it does. */
    public String doc() {
        return rule.doc();
    }

    /** What is accepted, in words; empty if everything of its type is. */
    public String bounds() {
        return rule.bounds();
    }

    /** How the broker serves it, in one sentence. */
    public String honoured() {
        return honoured;
    }

    /** Its value when nobody sets anything. */
    public T defaultValue() {
        return defaultValue;
    }

    /** The broker's default for it, if brokers have one. */
    public Optional<ConfigKey<T>> brokerKey() {
        return Optional.ofNullable(brokerKey);
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException with what is wrong and what would be right
     */
    public T parse(String text) {
        T value = rule.parse(text.strip());
        // Checked as it was written, read as it is kept: "," is no empty list.
        return kind == ConfigKind.LIST ? rule.parse(canonical(text)) : value;
    }

    /** The text form of a value. */
    public String format(T value) {
        return rule.type().format(value);
    }

    /** The text as it is kept: without blanks around it and, in lists, without repetitions. */
    public String canonical(String text) {
        return kind == ConfigKind.LIST ? String.join(",", elements(text)) : text.strip();
    }

    /** What is wrong with a text, for this store; null if nothing is. */
    public @Nullable String problem(String text, StoreTraits store) {
        T value;
        try {
            value = parse(text);
        } catch (IllegalArgumentException refused) {
            return refused.getMessage();
        }
        String reason = refusal.apply(value, store);
        return reason == null ? null : "'" + canonical(text) + "' is not served: " + reason;
    }

    /**
     * The elements of a list's text; blank text has none, and between two commas there is an empty
     * one.
     */
    static List<String> elements(String text) {
        return text.isBlank()
                ? List.of()
                : Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .distinct()
                        .collect(Collectors.toList());
    }

    @Override
    public String toString() {
        return name;
    }
}
