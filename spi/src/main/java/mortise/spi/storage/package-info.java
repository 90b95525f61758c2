/**
 * Storage: the bytes of partition logs, their indexes, and small sidecars kept beside them.
 *
 * <p>The broker owns every meaning (sequences, epochs, watermarks, validation); the store keeps
 * bytes in order. Batches are in Kafka's record batch format, magic 2.
 */
package mortise.spi.storage;
