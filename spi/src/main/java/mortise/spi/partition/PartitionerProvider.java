package mortise.spi.partition;

import mortise.spi.Provider;

/**
 * A source of partitioners, chosen by its name where records are produced.
 *
 * <p>A partitioner lives inside a producer rather than a broker, so its {@link
 * mortise.spi.PluginContext} has clock, randomness, metrics and logger only: node id, timers, data
 * directory and threads are refused with an {@link UnsupportedOperationException}. Its keys begin
 * with {@code partitioner.} and its name.
 *
 * <p>A provider that declares {@link mortise.spi.Capability#KEYED} promises that equal keys go to
 * one partition, for as long as the topic has the same number of partitions.
 */
public interface PartitionerProvider extends Provider<Partitioner> {}
