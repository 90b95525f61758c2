package mortise.broker.net;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogSlice;

/** A slice of a test's bytes, in memory or in a file, that counts how often it is closed. */
final class CountedSlice implements LogSlice {
    private final byte[] bytes;
    private final Optional<FileRange> range;
    private final Optional<ByteBuffer> memory;
    private final AtomicInteger closes = new AtomicInteger();
    private final AtomicInteger copies = new AtomicInteger();

    private CountedSlice(byte[] bytes, Optional<FileRange> range, Optional<ByteBuffer> memory) {
        this.bytes = bytes;
        this.range = range;
        this.memory = memory;
    }

    static CountedSlice inMemory(byte[] bytes) {
        return new CountedSlice(bytes, Optional.empty(), Optional.empty());
    }

    static CountedSlice inFile(FileChannel file, long position, byte[] bytes) {
        return new CountedSlice(
                bytes, Optional.of(new FileRange(file, position, bytes.length)), Optional.empty());
    }

    static CountedSlice outsideOfTheHeap(byte[] bytes) {
        ByteBuffer memory = ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
        return new CountedSlice(bytes, Optional.empty(), Optional.of(memory));
    }

    int closes() {
        return closes.get();
    }

    int copies() {
        return copies.get();
    }

    @Override
    public int sizeInBytes() {
        return bytes.length;
    }

    @Override
    public Optional<FileRange> fileRange() {
        return range;
    }

    @Override
    public Optional<ByteBuffer> memory() {
        return memory.map(ByteBuffer::duplicate);
    }

    @Override
    public int copyTo(int position, ByteBuffer target) {
        copies.incrementAndGet();
        int count = Math.min(target.remaining(), bytes.length - position);
        target.put(bytes, position, count);
        return count;
    }

    @Override
    public void close() {
        closes.incrementAndGet();
    }
}
