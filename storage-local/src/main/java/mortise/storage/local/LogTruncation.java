package mortise.storage.local;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import mortise.spi.storage.LogPosition;

/**
 * Takes batches away from the end of a log, and whole logs. It runs when there is no writer, under
 * the sync lock and then the lock of the structure, and forces as it goes: a crash may undo a part
 * of it and must not leave a log that looks damaged.
 */
final class LogTruncation {
    private final LogContext log;
    private final LogExtent extent;
    private final LogHealth health;
    private final LogNames names;
    private final LogInventory inventory;
    private final Sidecars sidecars;
    private final LogSync sync;

    LogTruncation(
            LogContext log,
            LogExtent extent,
            LogHealth health,
            LogNames names,
            LogInventory inventory,
            Sidecars sidecars,
            LogSync sync) {
        this.log = log;
        this.extent = extent;
        this.health = health;
        this.names = names;
        this.inventory = inventory;
        this.sidecars = sidecars;
        this.sync = sync;
    }

    /** Removes the batch that an offset lies in, and all that follows it; gives the new end. */
    LogPosition truncateTo(long offset, LogSearch search) {
        health.check();
        LogPosition last = extent.end();
        if (offset >= last.offset()) {
            return last;
        }
        extent.checkWithin(offset, last);
        sync.lock().lock();
        try {
            LogSearch.Place first = search.atOrAfter(offset, last);
            if (first == null) {
                return last; // only a gap lies beyond
            }
            lowerRecoveryPoint(first);
            extent.structure().lock();
            try {
                return cut(first, offset);
            } finally {
                extent.structure().unlock();
            }
        } catch (IOException failed) {
            throw health.broken("truncating " + log.id() + " to offset " + offset, failed);
        } finally {
            sync.lock().unlock();
        }
    }

    /** What is to be cut must be looked at by a recovery first. */
    private void lowerRecoveryPoint(LogSearch.Place first) {
        try {
            log.directory()
                    .recoveryPoints()
                    .lowerDurably(log.partition(), first.segment().baseOffset());
            log.directory()
                    .compactedOffsets()
                    .lowerDurably(log.partition(), first.segment().baseOffset());
            inventory.cut(first.segment(), first.baseOffset());
        } catch (IOException failed) {
            first.open().release();
            throw health.trouble("truncating " + log.id(), failed);
        }
    }

    /** Removes a batch and all that follows it. */
    private LogPosition cut(LogSearch.Place first, long offset) throws IOException {
        Segment segment = first.segment();
        extent.change();
        LogPosition border =
                new LogPosition(
                        Math.min(offset, first.baseOffset()), segment.token(first.position()));
        extent.lowerTo(border);
        first.open().release();
        Segment[] now = extent.segments();
        int index = Arrays.asList(now).indexOf(segment);
        removeAll(now, index + 1);
        Segment replacement;
        long newEnd;
        if (first.position() == 0) {
            newEnd = segment.baseOffset();
            segment.remove(log.settings().fileDeleteDelay());
            replacement = Segment.empty(log.parts(), log.path(), newEnd, segment.ordinal());
        } else {
            SegmentRecovery.Recovered recovered = cut(segment, first.position(), border.offset());
            replacement = recovered.segment();
            newEnd = recovered.endOffset();
        }
        newEnd = Math.max(newEnd, extent.start());
        names.change(); // nothing says any more how far the log was synced: the next sync does
        inventory.endMoved(newEnd);
        sidecars.truncate(newEnd);
        DiskFiles.syncDirectory(log.path());
        Segment[] kept = Arrays.copyOf(now, index + 1);
        kept[index] = replacement;
        return extent.cutTo(kept, newEnd);
    }

    /** Removes the last segments, last first: what a crash leaves has no hole. */
    private void removeAll(Segment[] all, int from) throws IOException {
        for (int i = all.length - 1; i >= from; i--) {
            all[i].remove(log.settings().fileDeleteDelay());
        }
    }

    private SegmentRecovery.Recovered cut(Segment segment, int position, long endOffset)
            throws IOException {
        segment.storeIndexes();
        Path file = segment.file().path();
        if (segment.retire()) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(position);
                DiskFiles.forceNew(channel);
            }
        } else {
            // slices are out that may reach beyond the cut: they keep the old file
            copyPrefix(file, position);
        }
        return new SegmentRecovery(log.parts(), log.path(), log.settings().indexIntervalBytes())
                .afterCut(segment.baseOffset(), segment.ordinal(), position, endOffset);
    }

    private static void copyPrefix(Path file, int bytes) throws IOException {
        Path copy = file.resolveSibling(DiskFiles.name(file) + LogFiles.TEMPORARY);
        try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
                FileChannel to =
                        FileChannel.open(
                                copy,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING,
                                StandardOpenOption.WRITE)) {
            for (long at = 0; at < bytes; ) {
                at += from.transferTo(at, bytes - at, to);
            }
            DiskFiles.forceNew(to);
        }
        Files.move(copy, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /** Drops everything and begins anew, empty, at an offset. */
    LogPosition reset(long offset) {
        health.check();
        if (offset < 0) {
            throw new IllegalArgumentException("resetting " + log.id() + " to offset " + offset);
        }
        sync.lock().lock();
        extent.structure().lock();
        try {
            extent.change();
            return emptied(offset);
        } catch (IOException failed) {
            throw health.broken("resetting " + log.id() + " to offset " + offset, failed);
        } finally {
            extent.structure().unlock();
            sync.lock().unlock();
        }
    }

    private LogPosition emptied(long offset) throws IOException {
        CheckpointedOffsets starts = log.directory().startOffsets();
        boolean forwards = offset > extent.end().offset();
        names.sync();
        sidecars.clear();
        DiskFiles.syncDirectory(log.path());
        if (forwards) {
            // from here on a crash leaves the log empty at the new offset
            starts.setDurably(log.partition(), offset);
        }
        long before = extent.start();
        long lowest = Math.min(offset, before);
        log.directory().recoveryPoints().lowerDurably(log.partition(), lowest);
        log.directory().compactedOffsets().lowerDurably(log.partition(), lowest);
        Segment[] now = extent.segments();
        if (!forwards) {
            extent.lowerStartTo(new LogPosition(lowest, now[0].token(0)));
        }
        inventory.forgetAll(forwards ? offset : before);
        removeAll(now, 0);
        DiskFiles.syncDirectory(log.path());
        if (!forwards) {
            inventory.startMoves(offset);
            starts.setDurably(log.partition(), offset);
            inventory.startMoved(offset);
        }
        int ordinal = now[now.length - 1].ordinal() + 1;
        return extent.resetTo(Segment.empty(log.parts(), log.path(), offset, ordinal));
    }
}
