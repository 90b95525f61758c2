package mortise.broker.config;

/**
 * Where a value that somebody set comes from.
 *
 * @param text the value as it was written
 * @param source the layer: a file, {@code environment}, {@code --set}, a flag
 * @param name the name that it was set under: the key's own, Kafka's, or a variable's
 */
public record ConfigOrigin(String text, String source, String name) {}
