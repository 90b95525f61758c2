package mortise.broker.migration;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import mortise.api.TopicPartition;
import mortise.broker.migration.KafkaLog.SegmentFile;
import mortise.metadata.kafka.KafkaClusterMetadata;
import mortise.metadata.kafka.UnreadableKafkaMetadataException;
import mortise.record.Codecs;
import mortise.record.CorruptRecordException;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordIteration;
import mortise.record.UnsupportedCodecException;
import org.jspecify.annotations.Nullable;

/**
 * The metadata log of an Apache Kafka cluster (KRaft), as one of its nodes keeps it: the newest
 * snapshot, and the records behind it. Nothing says which of the last records of a quorum of
 * several nodes were agreed on; all that are there are taken.
 */
public final class KafkaMetadataLog {
    private static final Pattern SNAPSHOT = Pattern.compile("(\\d{20})-(\\d{10})\\.checkpoint");
    private static final long MOST_DECOMPRESSED_BYTES = 256L << 20;

    private final Path directory;
    private final KafkaClusterMetadata metadata = new KafkaClusterMetadata();
    private final Codecs codecs;

    private @Nullable String cut;

    /** The records from here on are still to be taken. */
    private long from;

    /**
     * What was read.
     *
     * @param end the offset behind the last record
     * @param cut why the log ends before its files do; null if it does not
     */
    public record Found(KafkaClusterMetadata metadata, long end, @Nullable String cut) {}

    private KafkaMetadataLog(Path directory, Codecs codecs) {
        this.directory = directory;
        this.codecs = codecs;
    }

    /**
     * Reads it, and keeps its node from starting meanwhile.
     *
     * @param held log directories that are open already
     * @param place a directory in which the metadata log's directory lies, or that itself
     * @param codecs to open batches with
     * @throws RefusedKafkaDirectoryException if it is not there or cannot be read
     */
    public static Found read(Path place, List<KafkaDirectory> held, Codecs codecs) {
        Path whole = place.toAbsolutePath().normalize();
        Path home = whole.endsWith(KafkaDirectory.METADATA_LOG) ? whole.getParent() : whole;
        if (home == null
                || !Files.exists(home.resolve("meta.properties"))
                || held.stream().anyMatch(directory -> isSame(directory.path(), home))) {
            return read(place, codecs);
        }
        try (KafkaDirectory _ = KafkaDirectory.open(home)) {
            return read(place, codecs);
        }
    }

    private static boolean isSame(Path one, Path other) {
        try {
            return Files.isSameFile(one, other);
        } catch (IOException failure) {
            throw KafkaDirectory.unreadable(one, failure);
        }
    }

    private static Found read(Path place, Codecs codecs) {
        Path directory = place.resolve(KafkaDirectory.METADATA_LOG);
        if (!Files.isDirectory(directory)) {
            directory = place;
        }
        KafkaMetadataLog log = new KafkaMetadataLog(directory, codecs);
        try {
            log.read();
        } catch (IOException failure) {
            throw KafkaDirectory.unreadable(directory, failure);
        }
        return new Found(log.metadata, log.from, log.cut);
    }

    private void read() throws IOException {
        List<SegmentFile> segments = segments();
        SegmentFile snapshot = newestSnapshot();
        if (segments.isEmpty() && snapshot == null) {
            throw new RefusedKafkaDirectoryException(
                    directory
                            + " holds no metadata log of Apache Kafka; name the directory that has "
                            + KafkaDirectory.METADATA_LOG
                            + " with --metadata (metadata.log.dir, or the first of log.dirs)");
        }
        if (snapshot != null) {
            // its own offsets have nothing to do with those of the log
            take(List.of(new SegmentFile(snapshot.file(), 0, snapshot.bytes())), Long.MAX_VALUE, 0);
            from = snapshot.base();
        }
        if (!segments.isEmpty()) {
            if (segments.getFirst().base() > from) {
                throw new RefusedKafkaDirectoryException(
                        directory
                                + " lacks the records from "
                                + from
                                + " to "
                                + (segments.getFirst().base() - 1)
                                + ": its newest snapshot ends before its oldest segment begins");
            }
            // the directory says whether its node closed everything
            boolean closed = Files.exists(directory.resolveSibling(KafkaDirectory.CLEAN));
            take(segments, closed ? Long.MAX_VALUE : segments.getLast().base(), from);
        }
    }

    private List<SegmentFile> segments() {
        return new KafkaLog(directory, new TopicPartition("__cluster_metadata", 0), null, -1, 0, 0)
                .segments();
    }

    private @Nullable SegmentFile newestSnapshot() throws IOException {
        SegmentFile newest = null;
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path file : (Iterable<Path>) entries.sorted()::iterator) {
                Matcher name = SNAPSHOT.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    newest = new SegmentFile(file, Long.parseLong(name.group(1)), Files.size(file));
                }
            }
        } catch (NumberFormatException tooLarge) {
            throw KafkaDirectory.damaged(directory, "a snapshot's name is no offset");
        }
        return newest;
    }

    private void take(List<SegmentFile> segments, long recoveryPoint, long first)
            throws IOException {
        try (KafkaBatches batches = new KafkaBatches(segments, recoveryPoint)) {
            List<RecordBatch> some = batches.next();
            while (!some.isEmpty()) {
                for (RecordBatch batch : some) {
                    if (!batch.isControl() && batch.lastOffset() >= first) {
                        take(batch, first);
                    }
                }
                some = batches.next();
            }
            cut = batches.cut();
            from = Math.max(first, batches.end());
        }
    }

    private void take(RecordBatch batch, long first) {
        long offset = batch.baseOffset();
        try (RecordIteration records = batch.records(codecs, MOST_DECOMPRESSED_BYTES)) {
            while (records.hasNext()) {
                Record one = records.next();
                offset = one.offset();
                ByteBuffer value = one.value();
                if (offset >= first && value != null) {
                    metadata.record(value);
                }
            }
        } catch (UnreadableKafkaMetadataException
                | CorruptRecordException
                | UnsupportedCodecException refused) {
            throw new RefusedKafkaDirectoryException(
                    directory
                            + ": the metadata record at offset "
                            + offset
                            + " cannot be read: "
                            + refused.getMessage(),
                    refused);
        }
    }
}
