package mortise.spi.storage;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Decides what stays of each batch of a log that is compacted. Confined to one thread. */
@FunctionalInterface
public interface BatchRewriter {
    /**
     * What stays of a batch.
     *
     * @param batch whole, from position to limit; lent until this method returns
     * @return nothing if the batch goes; the same buffer, untouched, if it stays as it is; else a
     *     batch that takes its place, with the same base and last offset, whose buffer the store
     *     may use until the next call
     */
    @Nullable ByteBuffer rewrite(ByteBuffer batch);
}
