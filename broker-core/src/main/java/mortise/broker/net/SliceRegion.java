package mortise.broker.net;

import io.netty.channel.DefaultFileRegion;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogSlice;

/**
 * A log slice on its way from file to socket by sendfile. Owned by the channel that it is written
 * to; when the channel lets go of it, sent or not, the slice is closed, and the file stays open: it
 * is the store's.
 */
final class SliceRegion extends DefaultFileRegion {
    private final LogSlice slice;
    private final SliceWriter writer;

    SliceRegion(FileRange range, LogSlice slice, SliceWriter writer) {
        super(range.channel(), range.position(), range.length());
        this.slice = slice;
        this.writer = writer;
    }

    @Override
    protected void deallocate() {
        slice.close();
        writer.regionDone(count());
    }
}
