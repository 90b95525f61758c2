package mortise.spi.storage;

import java.nio.channels.FileChannel;

/**
 * A run of bytes in an open file. The channel belongs to the store: it is not closed, positioned or
 * written by the borrower.
 */
public record FileRange(FileChannel channel, long position, int length) {}
