package mortise.consensus.raft.disk;

import static mortise.consensus.raft.disk.FrameWriter.MARKER;
import static mortise.consensus.raft.disk.FrameWriter.OVERHEAD;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.zip.CRC32C;
import mortise.consensus.raft.disk.FrameRead.Broken;
import mortise.consensus.raft.disk.FrameRead.End;
import mortise.consensus.raft.disk.FrameRead.Whole;
import mortise.consensus.raft.storage.DamagedStateException;

/**
 * Reads a file's frames in order through a window that grows to the largest frame. Confined to the
 * quorum's thread.
 */
final class FrameReader implements AutoCloseable {
    private static final int WINDOW = 1 << 16;

    private final Path file;
    private final FileChannel channel;
    private final FileKind kind;
    private final long size;
    private final CRC32C crc = new CRC32C();
    private ByteBuffer window = ByteBuffer.allocate(WINDOW).limit(0);
    private long windowStart;
    private long position;

    private FrameReader(Path file, FileChannel channel, FileKind kind) throws IOException {
        this.file = file;
        this.channel = channel;
        this.kind = kind;
        this.size = channel.size();
    }

    /** Opens a file and checks its header. */
    static FrameReader open(Path file, FileKind kind, int nodeId) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ);
        try {
            FrameReader reader = new FrameReader(file, channel, kind);
            int header = (int) Math.min(FileHeader.SIZE, reader.size);
            FileHeader.check(reader.at(0, header), file, kind, nodeId);
            reader.position = FileHeader.SIZE;
            return reader;
        } catch (IOException | RuntimeException refused) {
            channel.close();
            throw refused;
        }
    }

    /** Reads what stands here, and goes on behind it if it is a whole frame. */
    FrameRead next() throws IOException {
        FrameRead read = read(position);
        if (read instanceof Whole whole) {
            position = whole.position() + OVERHEAD + 1 + whole.body().remaining();
        }
        return read;
    }

    /**
     * Goes on to the next place behind this one where a whole frame begins; returns false if there
     * is none.
     */
    boolean skipToWhole() throws IOException {
        for (long place = position + 1; place + OVERHEAD < size; place++) {
            if (at(place, Integer.BYTES).getInt(0) == MARKER && read(place) instanceof Whole) {
                position = place;
                return true;
            }
        }
        return false;
    }

    /** A frame of this kind, or damage. */
    FrameBody expect(FrameKind wanted) throws IOException {
        return switch (next()) {
            case Whole whole when whole.kind() == wanted.code() -> whole.body();
            case Whole whole ->
                    throw damaged(
                            whole.position(), "a frame of kind " + wanted, "kind " + whole.kind());
            case End end -> throw damaged(end.position(), "a frame of kind " + wanted, "the end");
            case Broken broken -> throw damaged(broken);
        };
    }

    /** The file's end, or damage. */
    void expectEnd() throws IOException {
        if (position != size) {
            throw damaged(position, "the end of the file", (size - position) + " bytes more");
        }
    }

    /** Where the next frame begins. */
    long position() {
        return position;
    }

    DamagedStateException damaged(Broken broken) {
        return damaged(broken.position(), broken.expected(), broken.found());
    }

    DamagedStateException damaged(long place, String expected, String found) {
        return new DamagedStateException(
                "reading the quorum's " + kind.name().toLowerCase(Locale.ROOT),
                file,
                place,
                expected,
                found);
    }

    private FrameRead read(long place) throws IOException {
        long left = size - place;
        if (left == 0) {
            return new End(place);
        }
        if (left < OVERHEAD) {
            return new Broken(place, "a frame's 16 bytes", left + " bytes to the end of the file");
        }
        ByteBuffer head = at(place, OVERHEAD);
        if (head.getInt(0) != MARKER) {
            return new Broken(
                    place,
                    "frame marker " + FileHeader.hex(MARKER),
                    FileHeader.hex(head.getInt(0)));
        }
        int length = head.getInt(4);
        int bodyCrc = head.getInt(8);
        int check = FrameWriter.check(crc, place, length, bodyCrc);
        if (head.getInt(12) != check) {
            return new Broken(
                    place, "frame check " + FileHeader.hex(check), FileHeader.hex(head.getInt(12)));
        }
        if (length < 1 || length > left - OVERHEAD) {
            return new Broken(
                    place,
                    "a body of " + length + " bytes",
                    (left - OVERHEAD) + " bytes to the end of the file");
        }
        ByteBuffer body = at(place + OVERHEAD, length);
        crc.reset();
        crc.update(body.duplicate());
        int found = (int) crc.getValue();
        if (found != bodyCrc) {
            return new Broken(
                    place, "a body with CRC-32C " + FileHeader.hex(bodyCrc), FileHeader.hex(found));
        }
        return new Whole(place, body.get() & 0xFF, new FrameBody(this, place, body.slice()));
    }

    /** The {@code length} bytes at {@code place}, which the file has; lent until the next call. */
    private ByteBuffer at(long place, int length) throws IOException {
        if (place < windowStart || place + length > windowStart + window.limit()) {
            load(place, length);
        }
        return window.slice((int) (place - windowStart), length);
    }

    private void load(long place, int length) throws IOException {
        if (window.capacity() < length) {
            window = ByteBuffer.allocate(length);
        }
        window.clear();
        window.limit((int) Math.min(window.capacity(), size - place));
        while (window.hasRemaining()) {
            if (channel.read(window, place + window.position()) < 0) {
                throw new IOException(
                        file
                                + " ends at byte "
                                + (place + window.position())
                                + " while it is read"
                                + "; it had "
                                + size
                                + " bytes when it was opened");
            }
        }
        window.flip();
        windowStart = place;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
