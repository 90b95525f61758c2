package mortise.consensus.raft.disk;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.CRC32C;
import mortise.consensus.raft.storage.DamagedStateException;
import mortise.consensus.raft.storage.ForeignStateException;

/** The first bytes of every file: what it is, in which version, and whose. */
final class FileHeader {
    /** Bytes of a header. */
    static final int SIZE = 24;

    /** The format that this build writes, and the newest that it reads. */
    static final int VERSION = 1;

    private static final long MAGIC = 0x4D4F525452414654L;
    private static final int CHECKED = SIZE - Integer.BYTES;

    private FileHeader() {}

    /** Puts a header of this version. */
    static void put(ByteBuffer target, FileKind kind, int nodeId) {
        int start = target.position();
        target.putLong(MAGIC).putInt(kind.code()).putInt(VERSION).putInt(nodeId);
        target.putInt(crc(target, start));
    }

    /**
     * Checks that {@code header}, the first bytes of the file, is what this node and build can
     * read.
     */
    static void check(ByteBuffer header, Path file, FileKind kind, int nodeId) {
        String doing = "reading the quorum's " + kind.name().toLowerCase(Locale.ROOT);
        if (header.remaining() < SIZE) {
            throw new DamagedStateException(
                    doing, file, 0, "a header of 24 bytes", "a file of " + header.remaining());
        }
        if (header.getLong(0) != MAGIC) {
            throw new DamagedStateException(
                    doing, file, 0, hex(MAGIC) + " (MORTRAFT)", hex(header.getLong(0)));
        }
        int crc = crc(header, 0);
        if (header.getInt(CHECKED) != crc) {
            throw new DamagedStateException(
                    doing,
                    file,
                    CHECKED,
                    "the header's CRC-32C " + hex(crc),
                    hex(header.getInt(CHECKED)));
        }
        if (header.getInt(8) != kind.code()) {
            throw new DamagedStateException(
                    doing, file, 8, "file kind " + hex(kind.code()), hex(header.getInt(8)));
        }
        int version = header.getInt(12);
        if (version != VERSION) {
            throw new ForeignStateException(
                    doing
                            + ": "
                            + file
                            + " has format version "
                            + version
                            + ", this build reads version "
                            + VERSION
                            + "; start the directory with the build that wrote it, or a newer one");
        }
        int owner = header.getInt(16);
        if (owner != nodeId) {
            throw new ForeignStateException(
                    doing
                            + ": "
                            + file
                            + " belongs to node "
                            + owner
                            + ", this broker is node "
                            + nodeId
                            + "; start it with that id or give it a directory of its own");
        }
    }

    private static int crc(ByteBuffer buffer, int start) {
        CRC32C crc = new CRC32C();
        crc.update(buffer.slice(start, CHECKED));
        return (int) crc.getValue();
    }

    /** A number as error messages show it. */
    static String hex(int value) {
        return String.format(Locale.ROOT, "0x%08x", value);
    }

    private static String hex(long value) {
        return String.format(Locale.ROOT, "0x%016x", value);
    }
}
