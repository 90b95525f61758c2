package mortise.tck.sim;

import java.nio.channels.FileLock;

/** A lock on a region of a simulated file. Thread-safe. */
final class SimFileLock extends FileLock {
    private final SimVolume volume;
    private final SimFile file;
    private volatile boolean released;

    SimFileLock(
            SimFileChannel channel,
            SimVolume volume,
            SimFile file,
            long position,
            long size,
            boolean shared) {
        super(channel, position, size, shared);
        this.volume = volume;
        this.file = file;
    }

    @Override
    public boolean isValid() {
        return !released && acquiredBy().isOpen();
    }

    @Override
    public void release() {
        released = true;
        volume.unlock(file, this);
    }
}
