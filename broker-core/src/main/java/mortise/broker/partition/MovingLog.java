package mortise.broker.partition;

import mortise.spi.storage.LogDirectory;

/**
 * The copy of a log that moves to another directory, as it stands at the moment.
 *
 * @param directory where it lies
 * @param offsetLag how many offsets it lacks
 */
public record MovingLog(LogDirectory directory, long sizeInBytes, long offsetLag) {}
