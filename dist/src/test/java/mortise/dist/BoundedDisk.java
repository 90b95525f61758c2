package mortise.dist;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;

/**
 * A file system of a bounded size, which can be filled and freed: ext4 in a file, whose syncs take
 * as long as a disk's, or a tmpfs where that can't be. Mounting is for root; elsewhere it is a
 * plain directory that can't be filled, and says so.
 */
final class BoundedDisk implements AutoCloseable {
    private static final int BLOCK_BYTES = 256 << 10;
    private static final long MARGIN_BYTES = 8L << 20;

    private final Path mount;
    private final Path filler;
    private final boolean bounded;
    private final String lack;

    private BoundedDisk(Path mount, boolean bounded, String lack) {
        this.mount = mount;
        this.filler = mount.resolve("filler");
        this.bounded = bounded;
        this.lack = lack;
    }

    /**
     * Mounts one.
     *
     * @param place a directory that is made for it; the file of an ext4 lies beside it
     */
    static BoundedDisk mount(Path place, int megabytes) {
        try {
            Files.createDirectories(place);
        } catch (IOException failure) {
            throw new UncheckedIOException("creating " + place, failure);
        }
        String image = place + ".ext4";
        String lack = run("fallocate", "-l", megabytes + "M", image);
        if (lack.isEmpty()) {
            lack = run("mkfs.ext4", "-q", "-m", "0", image);
        }
        if (lack.isEmpty()) {
            lack = run("mount", "-o", "loop", image, place.toString());
        }
        if (!lack.isEmpty()) {
            System.out.println("mixed load: no ext4 in a file can be mounted here: " + lack);
            String size = "size=" + megabytes + "m";
            lack = run("mount", "-t", "tmpfs", "-o", size, "mixed-load", place.toString());
        }
        return new BoundedDisk(place, lack.isEmpty(), lack);
    }

    /** Runs a command; returns why it failed, or nothing. */
    private static String run(String... command) {
        try {
            BrokerProcess.Finished finished = BrokerProcess.run(Map.of(), List.of(command), "");
            return finished.status() == 0
                    ? ""
                    : command[0] + ": " + finished.err().strip() + " (" + finished.status() + ")";
        } catch (UncheckedIOException absent) {
            return String.valueOf(absent.getCause());
        }
    }

    /** Whether it can be filled. */
    boolean bounded() {
        return bounded;
    }

    /** Why it can't be filled; empty if it can. */
    String lack() {
        return lack;
    }

    Path path() {
        return mount;
    }

    long usedBytes() {
        try {
            var store = Files.getFileStore(mount);
            return store.getTotalSpace() - store.getUnallocatedSpace();
        } catch (IOException failure) {
            throw new UncheckedIOException("looking at " + mount, failure);
        }
    }

    /** Takes all the room that there is: most of it at once, and then block by block. */
    void fill() {
        try {
            long most = Files.getFileStore(mount).getUsableSpace() - MARGIN_BYTES;
            if (most > 0) {
                var _ = run("fallocate", "-l", Long.toString(most), filler.toString());
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("filling " + mount, failure);
        }
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK_BYTES);
        try (FileChannel channel =
                FileChannel.open(filler, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            for (int size = BLOCK_BYTES; size >= 1; ) {
                block.position(0).limit(size);
                try {
                    int written = channel.write(block);
                    size = written < size ? size / 2 : size;
                } catch (IOException full) {
                    size /= 2;
                }
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("filling " + mount, failure);
        }
    }

    /** Gives the room back. */
    void free() {
        try {
            Files.deleteIfExists(filler);
        } catch (IOException failure) {
            throw new UncheckedIOException("freeing " + mount, failure);
        }
    }

    @Override
    public void close() {
        String problem = bounded ? run("umount", mount.toString()) : "";
        if (!problem.isEmpty()) {
            throw new IllegalStateException("unmounting " + mount + ": " + problem);
        }
    }
}
