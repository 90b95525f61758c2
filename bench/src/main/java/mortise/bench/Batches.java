package mortise.bench;

import java.nio.ByteBuffer;

/** Record batches made for measuring. */
final class Batches {
    private Batches() {}

    /** A batch of equal records without keys, whose values do not compress to nothing. */
    static ByteBuffer plain(int records, int valueBytes) {
        throw new IllegalStateException("filled in with the record module's builder");
    }
}
