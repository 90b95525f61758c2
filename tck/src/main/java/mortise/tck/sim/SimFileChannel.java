package mortise.tck.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonReadableChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * A channel to a simulated file, or to a directory so that it can be forced. Mapping is refused.
 * Thread-safe; an interrupt closes it, as with a real one.
 */
final class SimFileChannel extends FileChannel {
    private static final int TRANSFER_CHUNK = 8_192;

    private final SimVolume volume;
    private final SimPath path;
    private final SimNode node;
    private final Access access;
    private final Object positionLock = new Object();
    private long position;

    /** What a channel was opened for. */
    record Access(
            boolean read, boolean write, boolean append, boolean synced, boolean deleteOnClose) {}

    SimFileChannel(SimVolume volume, SimPath path, SimNode node, Access access) {
        this.volume = volume;
        this.path = path;
        this.node = node;
        this.access = access;
    }

    /** One operation on the file. */
    private interface Call {
        long run() throws IOException;
    }

    private long perform(Call call) throws IOException {
        requireOpen();
        boolean completed = false;
        try {
            begin();
            long result = call.run();
            completed = true;
            return result;
        } finally {
            end(completed);
        }
    }

    private void requireOpen() throws ClosedChannelException {
        if (!isOpen()) {
            throw new ClosedChannelException();
        }
    }

    private void requireReadable() {
        if (!access.read()) {
            throw new NonReadableChannelException();
        }
    }

    private void requireWritable() {
        if (!access.write()) {
            throw new NonWritableChannelException();
        }
    }

    private SimFile file() throws IOException {
        if (node instanceof SimFile file) {
            return file;
        }
        throw new IOException("Is a directory");
    }

    private static void requireNotNegative(long number, String what) {
        if (number < 0) {
            throw new IllegalArgumentException(what + " " + number + " is negative");
        }
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        requireOpen();
        requireReadable();
        synchronized (positionLock) {
            int count = (int) perform(() -> volume.read(path, file(), position, target));
            position += Math.max(0, count);
            return count;
        }
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        java.util.Objects.checkFromIndexSize(offset, length, targets.length);
        long total = 0;
        for (int i = offset; i < offset + length; i++) {
            if (!targets[i].hasRemaining()) {
                continue;
            }
            int wanted = targets[i].remaining();
            int count = read(targets[i]);
            if (count < 0) {
                return total == 0 ? -1 : total;
            }
            total += count;
            if (count < wanted) {
                break;
            }
        }
        return total;
    }

    @Override
    public int read(ByteBuffer target, long from) throws IOException {
        requireNotNegative(from, "position");
        requireReadable();
        return (int) perform(() -> volume.read(path, file(), from, target));
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return (int) write(new ByteBuffer[] {source}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        java.util.Objects.checkFromIndexSize(offset, length, sources.length);
        requireOpen();
        requireWritable();
        ByteBuffer[] part = java.util.Arrays.copyOfRange(sources, offset, offset + length);
        synchronized (positionLock) {
            long at = access.append() ? -1 : position;
            long count = perform(() -> volume.write(path, file(), at, part));
            position = access.append() ? file().size() : position + count;
            forceIfSynced();
            return count;
        }
    }

    @Override
    public int write(ByteBuffer source, long to) throws IOException {
        requireNotNegative(to, "position");
        requireWritable();
        ByteBuffer[] sources = {source};
        int count =
                (int) perform(() -> volume.write(path, file(), access.append() ? -1 : to, sources));
        forceIfSynced();
        return count;
    }

    private void forceIfSynced() throws IOException {
        if (access.synced()) {
            volume.force(path, node);
        }
    }

    @Override
    public long position() throws IOException {
        if (access.append()) {
            return size();
        }
        requireOpen();
        synchronized (positionLock) {
            return position;
        }
    }

    @Override
    public FileChannel position(long newPosition) throws IOException {
        requireNotNegative(newPosition, "position");
        requireOpen();
        synchronized (positionLock) {
            position = newPosition;
        }
        return this;
    }

    @Override
    public long size() throws IOException {
        return perform(() -> volume.size(path, file()));
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        requireNotNegative(size, "size");
        requireOpen();
        requireWritable();
        synchronized (positionLock) {
            perform(() -> {
                volume.truncate(path, file(), size);
                return 0;
            });
            position = Math.min(position, size);
        }
        return this;
    }

    @Override
    public void force(boolean metaData) throws IOException {
        perform(() -> {
            volume.force(path, node);
            return 0;
        });
    }

    @Override
    public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
        requireNotNegative(from, "position");
        requireNotNegative(count, "count");
        requireOpen();
        requireReadable();
        ByteBuffer chunk = ByteBuffer.allocate(TRANSFER_CHUNK);
        long done = 0;
        while (done < count) {
            chunk.clear().limit((int) Math.min(TRANSFER_CHUNK, count - done));
            if (read(chunk, from + done) <= 0) {
                break;
            }
            chunk.flip();
            int wanted = chunk.remaining();
            int written = target.write(chunk);
            done += written;
            if (written < wanted) {
                break;
            }
        }
        return done;
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long to, long count) throws IOException {
        requireNotNegative(to, "position");
        requireNotNegative(count, "count");
        requireOpen();
        requireWritable();
        if (to > size()) {
            return 0;
        }
        ByteBuffer chunk = ByteBuffer.allocate(TRANSFER_CHUNK);
        long done = 0;
        while (done < count) {
            chunk.clear().limit((int) Math.min(TRANSFER_CHUNK, count - done));
            if (source.read(chunk) <= 0) {
                break;
            }
            chunk.flip();
            while (chunk.hasRemaining()) {
                done += write(chunk, to + done);
            }
        }
        return done;
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long from, long size) {
        throw new UnsupportedOperationException(
                "a simulated disk cannot be mapped into memory; read and write " + path);
    }

    @Override
    public FileLock lock(long from, long size, boolean shared) throws IOException {
        FileLock lock = tryLock(from, size, shared);
        if (lock == null) {
            throw new IOException(
                    path + " is locked by another process of the simulation, for ever");
        }
        return lock;
    }

    @Override
    public @Nullable FileLock tryLock(long from, long size, boolean shared) throws IOException {
        requireOpen();
        if (shared) {
            requireReadable();
        } else {
            requireWritable();
        }
        if (volume.isLockedOutside(path)) {
            return null;
        }
        SimFile file = file();
        return volume.lock(
                this, path, file, new SimFileLock(this, volume, file, from, size, shared));
    }

    @Override
    protected void implCloseChannel() throws IOException {
        volume.closed(node, this);
        if (access.deleteOnClose()) {
            volume.delete(path);
        }
    }
}
