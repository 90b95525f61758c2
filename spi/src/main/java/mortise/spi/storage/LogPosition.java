package mortise.spi.storage;

/**
 * A border between two batches of one log. Made by the store, handed back to it, never computed.
 *
 * @param offset every batch before the border has a last offset below this, every batch after it a
 *     base offset at or above
 * @param token where that is, in the store's own terms
 */
public record LogPosition(long offset, long token) {}
