package mortise.consensus.raft.disk;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import mortise.consensus.raft.storage.Snapshot;

/**
 * One snapshot file, by what its name says.
 *
 * @param index the entry as of which it is
 * @param term that entry's term
 */
record SnapshotFile(Path file, long index, int term) {
    private static final Pattern NAME = Pattern.compile("(\\d{20})-(\\d{10})\\.snapshot");

    /** Record bytes that one frame gathers. */
    private static final int FRAME_BYTES = 1 << 16;

    private static final int FIXED_BODY = Long.BYTES + Integer.BYTES + Long.BYTES;

    /** The file for a snapshot of this entry. */
    static SnapshotFile in(Path directory, long index, int term) {
        return new SnapshotFile(
                directory.resolve(String.format(Locale.ROOT, "%020d-%010d.snapshot", index, term)),
                index,
                term);
    }

    /** The file behind this path, if its name is a snapshot's. */
    static Optional<SnapshotFile> of(Path file) {
        Matcher matcher = NAME.matcher(String.valueOf(file.getFileName()));
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            long index = Long.parseLong(matcher.group(1));
            return Optional.of(new SnapshotFile(file, index, Integer.parseInt(matcher.group(2))));
        } catch (NumberFormatException larger) {
            return Optional.empty();
        }
    }

    /** The file's name, for messages. */
    String name() {
        return String.valueOf(file.getFileName());
    }

    /** Writes the snapshot. Durable at return. */
    void write(Snapshot snapshot, int nodeId) throws IOException {
        DurableFiles.replace(file, channel -> writeTo(channel, snapshot, nodeId));
    }

    private static void writeTo(FileChannel channel, Snapshot snapshot, int nodeId)
            throws IOException {
        List<byte[]> records = snapshot.records();
        FrameWriter frames =
                new FrameWriter()
                        .startAt(0)
                        .header(FileKind.SNAPSHOT, nodeId)
                        .begin(
                                FrameKind.SNAPSHOT,
                                FIXED_BODY + FrameWriter.sizeOfNodes(snapshot.voters()))
                        .put(snapshot.index())
                        .put(snapshot.term())
                        .putNodes(snapshot.voters())
                        .put((long) records.size())
                        .end();
        long position = 0;
        int next = 0;
        while (true) {
            DurableFiles.write(channel, frames.gathered(), position);
            position += frames.size();
            if (next == records.size()) {
                return;
            }
            int end = endOfFrame(records, next);
            List<byte[]> some = records.subList(next, end);
            frames.startAt(position)
                    .begin(FrameKind.RECORDS, FrameWriter.sizeOfRecords(some))
                    .putRecords(some)
                    .end();
            next = end;
        }
    }

    private static int endOfFrame(List<byte[]> records, int start) {
        int end = start;
        long bytes = 0;
        while (end < records.size() && (end == start || bytes < FRAME_BYTES)) {
            bytes += records.get(end).length;
            end++;
        }
        return end;
    }

    /** Reads the snapshot, or says what is damaged. */
    Snapshot read(int nodeId) throws IOException {
        try (FrameReader reader = FrameReader.open(file, FileKind.SNAPSHOT, nodeId)) {
            long position = reader.position();
            FrameBody head = reader.expect(FrameKind.SNAPSHOT);
            long headIndex = head.takeLong();
            int headTerm = head.takeInt();
            List<Integer> voters = head.takeNodes();
            long count = head.takeLong();
            head.end();
            if (headIndex != index || headTerm != term) {
                throw reader.damaged(
                        position,
                        "entry " + index + " of term " + term + " as its name says",
                        "entry " + headIndex + " of term " + headTerm);
            }
            List<byte[]> records = new ArrayList<>();
            while (records.size() < count) {
                FrameBody body = reader.expect(FrameKind.RECORDS);
                records.addAll(body.takeRecords());
                body.end();
            }
            if (records.size() != count) {
                throw reader.damaged(position, count + " records", records.size() + " records");
            }
            reader.expectEnd();
            return new Snapshot(index, term, voters, records);
        }
    }
}
