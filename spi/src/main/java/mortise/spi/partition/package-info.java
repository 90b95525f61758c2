/**
 * Partitioning: which partition of its topic a record goes to, decided where the record is
 * produced.
 *
 * <p>A partitioner runs wherever Mortise itself is the producer (command line, embedded producer)
 * and, through an adapter, inside an unmodified Java client. It is never asked by a broker that
 * receives records, which come with their partition.
 */
package mortise.spi.partition;
