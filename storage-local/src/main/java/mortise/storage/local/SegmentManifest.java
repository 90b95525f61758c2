package mortise.storage.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import mortise.api.TopicId;
import org.jspecify.annotations.Nullable;

/**
 * What segments a log must have: a journal in the log's directory, to which a line is appended when
 * a sealed segment has been synced, and when segments are removed from the end. Its format stands
 * in the package's documentation.
 *
 * <p>Notes are kept in memory until {@link #store} appends them, so noting touches no disk. An
 * entry that is lost costs a look at the segment, never a record: whoever opens the log looks at
 * what the journal does not know. Thread-safe.
 */
final class SegmentManifest {
    static final String FILE = "segment-manifest";

    /** The bytes of a segment of which only the offsets are known. */
    static final long UNKNOWN_BYTES = -1;

    private static final String VERSION = "version: 1";

    /** Without checksums of indexes, and with a start that the checkpoint may have overtaken. */
    private static final String VERSION_0 = "version: 0";

    private static final int DEAD_LINES = 64;

    private final Path file;
    private final TopicId topic;

    // guarded by this
    private final NavigableMap<Long, Entry> entries = new TreeMap<>();
    private final NavigableMap<Long, Long> gaps = new TreeMap<>();
    private final StringBuilder pending = new StringBuilder();
    private long startOffset;
    private boolean startIsCertain;
    private long storedBytes;
    private int lines;
    private boolean rewrite;

    /** How the file was found. */
    enum Found {
        /** As it was written, or torn where the process ended while it was written. */
        SOUND,
        /** Not at all. */
        ABSENT,
        /** With lines that cannot be believed, or of another topic. */
        DAMAGED
    }

    /**
     * A segment that was synced.
     *
     * @param end the offset after its last batch
     * @param bytes how large the file is at least, or {@link #UNKNOWN_BYTES}
     * @param indexes what its index files were when it was complete, or its log was closed cleanly;
     *     null if that was not noted
     */
    record Entry(long base, long end, long bytes, State state, @Nullable IndexChecksums indexes) {
        Entry(long base, long end, long bytes, State state) {
            this(base, end, bytes, state, null);
        }

        /** Whether it was complete and its indexes were synced too. */
        boolean sealed() {
            return state != State.ACTIVE;
        }

        String line() {
            String line = state.word + " " + base + " " + end + " " + bytes;
            return indexes == null
                    ? line
                    : line
                            + " "
                            + indexes.offsets()
                            + " "
                            + indexes.times()
                            + " "
                            + indexes.aborted();
        }
    }

    /** How far a segment had come when it was noted. */
    enum State {
        /** Batches may follow. */
        ACTIVE("active"),
        /** It was complete. */
        SEALED("sealed"),
        /** It was complete, and perhaps not yet in the place of those that it stands for. */
        COMPACTED("compacted");

        private final String word;

        State(String word) {
            this.word = word;
        }
    }

    /** A manifest as it was read. */
    record Read(SegmentManifest manifest, Found found) {}

    private SegmentManifest(Path directory, TopicId topic) {
        this.file = directory.resolve(FILE);
        this.topic = topic;
    }

    /** Writes the manifest of a new log; a sync makes it durable. */
    static void create(Path directory, TopicId topic) throws IOException {
        SegmentManifest empty = new SegmentManifest(directory, topic);
        DiskFiles.write(
                empty.file, StandardCharsets.UTF_8.encode(empty.wholeText().toString()), false);
    }

    /** The topic that a manifest says its log belongs to, if it can be read. */
    static Optional<TopicId> topicOf(Path directory) throws IOException {
        Optional<String> text = DiskFiles.readIfPresent(directory.resolve(FILE));
        List<String> lines = text.stream().flatMap(String::lines).limit(2).toList();
        return lines.size() == 2 && isVersion(lines.get(0))
                ? topicIn(checked(lines.get(1)))
                : Optional.empty();
    }

    /** Reads the manifest of a log. */
    static Read read(Path directory, TopicId topic) throws IOException {
        SegmentManifest manifest = new SegmentManifest(directory, topic);
        Optional<String> text = DiskFiles.readIfPresent(manifest.file);
        Found found = text.isEmpty() ? Found.ABSENT : manifest.parse(text.get());
        if (found != Found.SOUND) {
            manifest.rewrite = true;
        }
        return new Read(manifest, found);
    }

    private static boolean isVersion(String line) {
        return line.equals(VERSION_0) || VERSION.equals(checked(line));
    }

    private synchronized Found parse(String text) {
        List<String> all = text.lines().toList();
        if (all.size() < 2
                || !isVersion(all.get(0))
                || !topicIn(checked(all.get(1))).equals(Optional.of(topic))) {
            return Found.DAMAGED;
        }
        storedBytes = StandardCharsets.UTF_8.encode(text).remaining();
        for (int i = 2; i < all.size(); i++) {
            boolean last = i == all.size() - 1;
            String line = checked(all.get(i));
            boolean torn = last && !text.endsWith("\n");
            if (torn || line == null || !apply(line)) {
                rewrite = true;
                if (!last) {
                    salvageStart(all.subList(i, all.size()));
                    entries.clear();
                    gaps.clear();
                    return Found.DAMAGED;
                }
            }
            lines++;
        }
        boolean old = all.get(0).equals(VERSION_0);
        startIsCertain = !old && !rewrite; // a line that is torn may have been of a start
        rewrite |= old;
        return Found.SOUND;
    }

    /** A start that a sound line says is one that was, whatever the lines before it said. */
    private void salvageStart(List<String> after) {
        for (String each : after) {
            String line = checked(each);
            if (line != null && line.startsWith("start ")) {
                apply(line);
            }
        }
    }

    private boolean apply(String line) {
        String[] fields = line.split(" ", -1);
        try {
            long[] numbers = new long[fields.length - 1];
            for (int i = 0; i < numbers.length; i++) {
                numbers[i] = Long.parseLong(fields[i + 1]);
            }
            switch (fields[0] + " " + numbers.length) {
                case "active 3", "active 6" ->
                        entries.put(numbers[0], entry(numbers, State.ACTIVE));
                case "sealed 3", "sealed 6" ->
                        entries.put(numbers[0], entry(numbers, State.SEALED));
                case "compacted 3" -> replace(numbers[0], numbers[1], numbers[2]);
                case "gap 2" -> gaps.put(numbers[0], numbers[1]);
                case "cut 1" -> forgetBeyond(numbers[0]);
                case "start 1" -> {
                    dropBelow(numbers[0]);
                    startOffset = numbers[0];
                }
                default -> {
                    return false;
                }
            }
            return true;
        } catch (NumberFormatException wrong) {
            return false;
        }
    }

    private static Entry entry(long[] numbers, State state) {
        return new Entry(
                numbers[0],
                numbers[1],
                numbers[2],
                state,
                numbers.length == 3
                        ? null
                        : new IndexChecksums(numbers[3], numbers[4], numbers[5]));
    }

    /** A line without its checksum, or null if that is wrong. */
    private static @Nullable String checked(String line) {
        int space = line.lastIndexOf(' ');
        return space > 0 && checksum(line.substring(0, space)).equals(line.substring(space + 1))
                ? line.substring(0, space)
                : null;
    }

    private static Optional<TopicId> topicIn(@Nullable String line) {
        if (line == null || !line.startsWith("topic ")) {
            return Optional.empty();
        }
        try {
            return Optional.of(TopicId.parse(line.substring("topic ".length())));
        } catch (IllegalArgumentException wrong) {
            return Optional.empty();
        }
    }

    private static String checksum(String line) {
        CRC32C sum = new CRC32C();
        sum.update(line.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits(sum.getValue(), 8);
    }

    private static void add(StringBuilder text, String line) {
        text.append(line).append(' ').append(checksum(line)).append('\n');
    }

    private void note(String line) {
        add(pending, line);
        lines++;
    }

    // ---- what it says

    /** The segments that must be there, by base offset. */
    synchronized NavigableMap<Long, Entry> entries() {
        return new TreeMap<>(entries);
    }

    /** The entry of a segment, or null. */
    synchronized @Nullable Entry entry(long base) {
        return entries.get(base);
    }

    /** The offset after the last that was synced with a sealed segment; 0 if none was. */
    synchronized long endOffset() {
        long end = 0;
        for (Entry entry : entries.values()) {
            end = Math.max(end, entry.end());
        }
        return end;
    }

    /** The start of the log as it was noted last. */
    synchronized long startOffset() {
        return startOffset;
    }

    /** Whether the log starts there and nowhere else; if not, the checkpoint may know better. */
    synchronized boolean startIsCertain() {
        return startIsCertain;
    }

    /** Whether no segment needs to hold what lies between two offsets. */
    synchronized boolean isGap(long from, long to) {
        var gap = gaps.floorEntry(from);
        return gap != null && gap.getValue() >= to;
    }

    /** Whether offsets from this one on are no segment's. */
    synchronized boolean beginsGap(long offset) {
        return gaps.containsKey(offset);
    }

    /** Where a segment ends that is followed by one at an offset: there, or before a gap. */
    synchronized long endBefore(long nextBase) {
        for (var gap : gaps.entrySet()) {
            if (gap.getValue() == nextBase) {
                return gap.getKey();
            }
        }
        return nextBase;
    }

    // ---- what it is told

    /** A sealed segment has been synced; what was said of it before is replaced. */
    void sealed(long base, long end, long bytes, IndexChecksums indexes) {
        put(new Entry(base, end, bytes, State.SEALED, indexes));
    }

    /** A segment has been synced as far as it went; batches may follow, or have followed. */
    void active(long base, long end, long bytes) {
        put(new Entry(base, end, bytes, State.ACTIVE));
    }

    /** The same of one whose log is closed. */
    void active(long base, long end, long bytes, IndexChecksums indexes) {
        put(new Entry(base, end, bytes, State.ACTIVE, indexes));
    }

    /**
     * One segment stands for all from its begin to an offset, made durable in files of its own:
     * whoever finds those gives them their names.
     */
    synchronized void compacted(long base, long end, long bytes) {
        replace(base, end, bytes);
        note(new Entry(base, end, bytes, State.COMPACTED).line());
    }

    private void replace(long base, long end, long bytes) {
        entries.subMap(base, end).clear();
        gaps.subMap(base, end).clear();
        entries.put(base, new Entry(base, end, bytes, State.COMPACTED));
    }

    private synchronized void put(Entry entry) {
        if (!entry.equals(entries.put(entry.base(), entry))) {
            note(entry.line());
        }
    }

    /** No segment holds the offsets between two others, and none did. */
    synchronized void gap(long from, long to) {
        Long before = gaps.put(from, to);
        if (before == null || before != to) {
            note("gap " + from + " " + to);
        }
    }

    /** Nothing that reaches beyond an offset need be there any more. */
    synchronized void cut(long offset) {
        if (forgetBeyond(offset)) {
            note("cut " + offset);
        }
    }

    /** No segment need be there any more, not even one below the start: that may go down now. */
    synchronized void cutAll() {
        forgetBeyond(-1);
        rewrite = true;
    }

    private boolean forgetBeyond(long offset) {
        boolean forgotten = entries.values().removeIf(entry -> entry.end() > offset);
        forgotten |= gaps.values().removeIf(to -> to > offset);
        return forgotten;
    }

    /** The log starts at an offset; what lies wholly below it need not be there any more. */
    synchronized void start(long offset) {
        dropBelow(offset);
        noteStart(offset);
    }

    private void noteStart(long offset) {
        if (offset != startOffset) {
            // a file that loses its last lines must not bring a start back that was larger
            rewrite |= offset < startOffset;
            startOffset = offset;
            note("start " + offset);
        }
    }

    /** The same, durably, or not at all. */
    synchronized void startDurably(long offset) throws IOException {
        long before = startOffset;
        noteStart(offset);
        try {
            store();
        } catch (IOException failed) {
            startOffset = before; // and the next store writes all of it
            throw failed;
        }
        dropBelow(offset);
    }

    /** Forgets what lies wholly below the start of the log. */
    synchronized void dropBelow(long offset) {
        entries.values().removeIf(entry -> entry.end() <= offset);
        gaps.values().removeIf(to -> to <= offset);
    }

    /** Forgets all segments: {@link #store} then writes what is noted from now on. */
    synchronized void distrust() {
        entries.clear();
        gaps.clear();
        startIsCertain = false;
        rewrite = true;
    }

    /** Forgets a segment that is lost for good; {@link #store} then writes the file anew. */
    synchronized void forget(long base) {
        rewrite |= entries.remove(base) != null;
    }

    // ---- writing

    /** Whether {@link #store} has something to do. */
    synchronized boolean hasPending() {
        return rewrite || !pending.isEmpty();
    }

    /** Makes every note before the call durable. */
    void store() throws IOException {
        synchronized (this) {
            if (!hasPending()) {
                return;
            }
            boolean anew = rewrite || lines > 2 * (entries.size() + gaps.size()) + DEAD_LINES;
            rewrite = true; // unless the file is known to be whole afterwards
            if (anew || !appended()) {
                String text = wholeText().toString();
                DiskFiles.replaceDurably(file, text);
                storedBytes = text.length();
                lines = entries.size() + gaps.size() + 1;
            }
            pending.setLength(0);
            rewrite = false;
        }
    }

    /** Appends what waits; false if the file is gone. */
    private boolean appended() throws IOException {
        ByteBuffer text = StandardCharsets.UTF_8.encode(pending.toString());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            if (channel.size() != storedBytes) {
                return false;
            }
            channel.position(storedBytes);
            int bytes = text.remaining();
            try {
                while (text.hasRemaining()) {
                    channel.write(text);
                }
                DiskFiles.forceNew(channel);
            } catch (IOException failed) {
                takeBack(channel, failed);
                throw failed;
            }
            storedBytes += bytes;
            return true;
        } catch (NoSuchFileException gone) {
            return false;
        }
    }

    /** What could not be written as a whole must not come true later. */
    private void takeBack(FileChannel channel, IOException failed) {
        try {
            channel.truncate(storedBytes);
        } catch (IOException stays) {
            failed.addSuppressed(stays);
        }
    }

    private StringBuilder wholeText() {
        StringBuilder text = new StringBuilder();
        add(text, VERSION);
        add(text, "topic " + topic);
        if (startOffset > 0) {
            add(text, "start " + startOffset);
        }
        List<Entry> all = new ArrayList<>(entries.values());
        all.forEach(entry -> add(text, entry.line()));
        gaps.forEach((from, to) -> add(text, "gap " + from + " " + to));
        return text;
    }
}
