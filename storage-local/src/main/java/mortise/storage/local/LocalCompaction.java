package mortise.storage.local;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import mortise.spi.storage.BatchRewriter;
import mortise.spi.storage.LogCompaction;
import mortise.spi.storage.SealedSegment;
import mortise.spi.storage.UnreadableDataException;

/**
 * Puts rewritten segments in the place of others. What stays is written beside them first and made
 * durable; then the manifest says, durably, that it counts; then names and the list of segments
 * change. A crash before the manifest's line leaves everything as it was, and whoever opens the log
 * after one that came later finishes it.
 */
final class LocalCompaction implements LogCompaction {
    private final LogContext log;
    private final LogExtent extent;
    private final LogHealth health;
    private final LogInventory inventory;
    private final Sidecars sidecars;
    private final LogSync sync;

    LocalCompaction(
            LogContext log,
            LogExtent extent,
            LogHealth health,
            LogInventory inventory,
            Sidecars sidecars,
            LogSync sync) {
        this.log = log;
        this.extent = extent;
        this.health = health;
        this.inventory = inventory;
        this.sidecars = sidecars;
        this.sync = sync;
    }

    @Override
    public List<SealedSegment> sealed() {
        health.check();
        Segment[] all = extent.settledSegments();
        List<SealedSegment> sealed = new ArrayList<>();
        try {
            for (int i = 0; i < all.length - 1; i++) {
                Segment segment = all[i];
                if (segment.size() > 0) {
                    sealed.add(described(segment, all[i + 1].baseOffset()));
                }
            }
        } catch (RemovedWhileReadException removed) {
            return List.of(); // it is looked again before long
        } catch (IOException failed) {
            throw health.trouble("looking at the segments of " + log.id(), failed);
        }
        return sealed;
    }

    private static SealedSegment described(Segment segment, long end) throws IOException {
        return new SealedSegment(
                segment.baseOffset(),
                end,
                segment.size(),
                segment.maxTimestamp(),
                Files.getLastModifiedTime(segment.file().path()).toMillis());
    }

    @Override
    public long compactedTo() {
        return log.directory().compactedOffsets().of(log.partition());
    }

    @Override
    public void noteCompactedTo(long offset) {
        sync.lock().lock(); // no truncation lowers it between the two
        try {
            if (health.isOpen() && offset <= extent.end().offset()) {
                log.directory().compactedOffsets().set(log.partition(), offset);
                sync.checkpointLater();
            }
        } finally {
            sync.lock().unlock();
        }
    }

    @Override
    public Optional<SealedSegment> rewrite(List<SealedSegment> segments, BatchRewriter rewriter) {
        health.check();
        sync.sync(); // the manifest then knows what is to be replaced
        Segment[] replaced = find(segments);
        if (replaced.length == 0) {
            return Optional.empty();
        }
        long end = segments.getLast().endOffset();
        RewrittenSegment rewritten =
                new RewrittenSegment(
                        log.parts(), log.path(), log.settings(), replaced[0].baseOffset());
        try {
            for (Segment segment : replaced) {
                rewritten.add(segment, rewriter);
            }
            rewritten.finish();
            return swap(replaced, end, rewritten);
        } catch (RemovedWhileReadException removed) {
            return Optional.empty();
        } catch (CorruptFileException damaged) {
            throw new UnreadableDataException(
                    true, "compacting " + log.id() + ": " + damaged.getMessage(), damaged);
        } catch (IOException failed) {
            throw health.trouble("compacting " + log.id(), failed);
        } finally {
            rewritten.discard();
        }
    }

    /** The segments as they are now, or none if they are not as they were. */
    private Segment[] find(List<SealedSegment> wanted) {
        Segment[] all = extent.settledSegments();
        int first = 0;
        while (first < all.length && all[first].baseOffset() < wanted.getFirst().baseOffset()) {
            first++;
        }
        if (first + wanted.size() >= all.length) {
            return new Segment[0];
        }
        for (int i = 0; i < wanted.size(); i++) {
            Segment segment = all[first + i];
            if (segment.baseOffset() != wanted.get(i).baseOffset()
                    || segment.size() != wanted.get(i).bytes()
                    || all[first + i + 1].baseOffset() != wanted.get(i).endOffset()) {
                return new Segment[0];
            }
        }
        return Arrays.copyOfRange(all, first, first + wanted.size());
    }

    /**
     * Writes a sealed segment anew with what is sound of it.
     *
     * @param pieces begins and ends of what stays, in order
     * @param end where its offsets end
     */
    void keepOnly(Segment segment, List<FilePiece> pieces, long end) {
        RewrittenSegment rewritten =
                new RewrittenSegment(log.parts(), log.path(), log.settings(), segment.baseOffset());
        try {
            for (FilePiece piece : pieces) {
                rewritten.add(segment, piece.from(), piece.to(), whole -> whole);
            }
            rewritten.finish();
            Optional<SealedSegment> inPlace = swap(new Segment[] {segment}, end, rewritten);
            if (inPlace.isEmpty()) {
                throw new IllegalStateException(segment + " changes while it is repaired");
            }
        } catch (IOException failed) {
            throw health.trouble("cutting damage out of " + segment, failed);
        } finally {
            rewritten.discard();
        }
    }

    /** Bytes of a file between two borders of batches. */
    record FilePiece(int from, int to) {}

    private Optional<SealedSegment> swap(Segment[] replaced, long end, RewrittenSegment rewritten)
            throws IOException {
        sync.lock().lock();
        extent.structure().lock();
        try {
            health.check();
            if (!extent.holds(replaced)) {
                return Optional.empty();
            }
            inventory.compacted(replaced[0].baseOffset(), end, rewritten.bytes());
            try {
                for (Segment segment : replaced) {
                    segment.retire(); // who reads it next waits for this to be over
                }
                rewritten.takePlace();
                for (int i = replaced.length - 1; i > 0; i--) {
                    replaced[i].remove(log.settings().fileDeleteDelay());
                }
                sidecars.dropBetween(
                        replaced[0].baseOffset(),
                        end,
                        Math.min(extent.abortedKnownTo(), extent.durableEnd().offset()));
                DiskFiles.syncDirectory(log.path());
            } catch (IOException failed) {
                throw health.broken("compacting " + log.id(), failed);
            }
            Segment segment =
                    Segment.compacted(
                            log.parts(),
                            log.path(),
                            replaced[0].baseOffset(),
                            replaced[0].ordinal(),
                            rewritten.bytes());
            extent.replace(replaced, segment);
            inventory.inPlace(segment, end);
            return Optional.of(described(segment, end));
        } finally {
            extent.structure().unlock();
            sync.lock().unlock();
        }
    }
}
