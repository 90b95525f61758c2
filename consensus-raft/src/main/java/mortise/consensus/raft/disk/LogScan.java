package mortise.consensus.raft.disk;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import mortise.consensus.raft.disk.FrameRead.Broken;
import mortise.consensus.raft.disk.FrameRead.End;
import mortise.consensus.raft.disk.FrameRead.Whole;
import mortise.consensus.raft.storage.DamagedStateException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a whole log, checks that its entries follow each other, and decides whether what is broken
 * is a torn tail or damage. Changes nothing: what is to be cut is in the result. Used once.
 */
final class LogScan {
    /**
     * A segment whose end is to be cut off.
     *
     * @param end where it ends then
     * @param reason what stands there
     */
    record Cut(Segment segment, long end, Broken reason) {}

    /**
     * What the log holds.
     *
     * @param lastIndex the last entry
     * @param lastTerm its term
     * @param end where the last segment ends
     * @param cuts what must be cut off before anything is appended
     * @param entriesAfter entries after the index that was asked for
     * @param bytesAfter their frames
     */
    record Result(
            long lastIndex,
            int lastTerm,
            long end,
            List<Cut> cuts,
            long entriesAfter,
            long bytesAfter) {}

    private final int nodeId;
    private final long countAfter;
    private final List<Cut> cuts = new ArrayList<>();
    private long lastIndex;
    private int lastTerm;
    private long claim;
    private long end;
    private long entriesAfter;
    private long bytesAfter;

    /**
     * A scan.
     *
     * @param claim the last entry that is known to have been durable
     * @param countAfter the entry after which entries and bytes are counted
     */
    LogScan(int nodeId, long claim, long countAfter) {
        this.nodeId = nodeId;
        this.claim = claim;
        this.countAfter = countAfter;
    }

    /** Reads these segments, oldest first, at least one. */
    Result read(List<Segment> segments) throws IOException {
        lastIndex = segments.getFirst().baseIndex() - 1;
        @Nullable DamagedStateException broken = null;
        for (Segment segment : segments) {
            if (segment.baseIndex() != lastIndex + 1) {
                throw broken != null ? broken : doesNotFollow(segment);
            }
            broken = readSegment(segment, segment.equals(segments.getFirst()));
        }
        if (claim > lastIndex) {
            throw broken != null ? broken : endsEarly(segments.getLast());
        }
        return new Result(lastIndex, lastTerm, end, List.copyOf(cuts), entriesAfter, bytesAfter);
    }

    /** Reads a segment up to its end or to what is broken, which is returned. */
    private @Nullable DamagedStateException readSegment(Segment segment, boolean first)
            throws IOException {
        try (FrameReader reader = FrameReader.open(segment.file(), FileKind.SEGMENT, nodeId)) {
            readHead(reader, segment, first);
            while (true) {
                end = reader.position();
                switch (reader.next()) {
                    case Whole whole -> readFrame(reader, whole);
                    case End atEnd -> {
                        return null;
                    }
                    case Broken broken -> {
                        cuts.add(new Cut(segment, broken.position(), broken));
                        readClaimsBehind(reader);
                        return reader.damaged(
                                broken.position(),
                                broken.expected()
                                        + " (entry "
                                        + (lastIndex + 1)
                                        + ", with entries up to "
                                        + Math.max(claim, lastIndex + 1)
                                        + " known to have been durable)",
                                broken.found());
                    }
                }
            }
        }
    }

    private void readHead(FrameReader reader, Segment segment, boolean first) throws IOException {
        long position = reader.position();
        FrameBody head = reader.expect(FrameKind.SEGMENT);
        long baseIndex = head.takeLong();
        int previousTerm = head.takeInt();
        head.end();
        if (baseIndex != segment.baseIndex()) {
            throw reader.damaged(
                    position,
                    "base index " + segment.baseIndex() + " as its name says",
                    "" + baseIndex);
        }
        if (first) {
            lastTerm = previousTerm;
        } else if (previousTerm != lastTerm) {
            throw reader.damaged(
                    position,
                    "term " + lastTerm + " of entry " + lastIndex,
                    "term " + previousTerm);
        }
    }

    private void readFrame(FrameReader reader, Whole whole) {
        FrameBody body = whole.body();
        if (whole.kind() == FrameKind.MARK.code()) {
            claim = Math.max(claim, body.takeLong());
            body.end();
            return;
        }
        requireEntry(reader, whole);
        claim = Math.max(claim, body.takeLong());
        long index = body.takeLong();
        int term = body.takeInt();
        if (index != lastIndex + 1 || term < lastTerm) {
            throw reader.damaged(
                    whole.position(),
                    "entry " + (lastIndex + 1) + " of term " + lastTerm + " or later",
                    "entry " + index + " of term " + term);
        }
        lastIndex = index;
        lastTerm = term;
        if (index > countAfter) {
            entriesAfter++;
            bytesAfter += reader.position() - whole.position();
        }
    }

    /** Refuses a frame that is not an entry. */
    static void requireEntry(FrameReader reader, Whole whole) {
        if (whole.kind() != FrameKind.ENTRY.code()) {
            throw reader.damaged(
                    whole.position(), "a frame of kind ENTRY or MARK", "kind " + whole.kind());
        }
    }

    /** Reads the claims of all whole frames behind the broken place at which the reader stands. */
    private void readClaimsBehind(FrameReader reader) throws IOException {
        do {
            while (reader.next() instanceof Whole whole) {
                if (carriesClaim(whole)) {
                    claim = Math.max(claim, whole.body().takeLong());
                }
            }
        } while (reader.skipToWhole());
    }

    private static boolean carriesClaim(Whole whole) {
        return (whole.kind() == FrameKind.MARK.code() || whole.kind() == FrameKind.ENTRY.code())
                && whole.body().remaining() >= Long.BYTES;
    }

    private DamagedStateException doesNotFollow(Segment segment) {
        return new DamagedStateException(
                "reading the quorum's segment",
                segment.file(),
                0,
                "a segment that begins with entry " + (lastIndex + 1),
                "one that begins with entry " + segment.baseIndex());
    }

    private DamagedStateException endsEarly(Segment segment) {
        return new DamagedStateException(
                "reading the quorum's segment",
                segment.file(),
                end,
                "entry " + (lastIndex + 1) + ", for entries up to " + claim + " were durable",
                "the end of the log");
    }
}
