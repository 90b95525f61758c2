package mortise.metadata;

/**
 * How a topic's records are kept, whatever their producers did.
 *
 * @param codec by its name in {@code compression.type}: {@code uncompressed}, {@code gzip}, …
 * @param level of the codec, if it has levels
 */
public record CompressionRule(String codec, int level) {
    /** The codec's name where batches are not compressed. */
    public static final String UNCOMPRESSED = "uncompressed";
}
