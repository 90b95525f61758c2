package mortise.broker;

/**
 * A configuration value that somebody set, and where.
 *
 * @param text the value as it was written
 * @param source a file, {@code environment}, {@code --set}, or a flag
 * @param name the name that it was set under: the key's own, Kafka's, or a variable's
 */
public record ConfiguredValue(String text, String source, String name) {}
