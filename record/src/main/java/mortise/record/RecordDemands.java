package mortise.record;

/**
 * What a topic asks of every record.
 *
 * @param earliest the smallest timestamp allowed, in milliseconds since the epoch
 * @param latest the largest allowed
 * @param keys whether a record must have a key
 */
public record RecordDemands(long earliest, long latest, boolean keys) {}
