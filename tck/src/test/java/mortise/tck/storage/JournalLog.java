package mortise.tck.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import mortise.spi.storage.BatchSet;
import mortise.spi.storage.FileRange;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.LogId;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.LogSettings;
import mortise.spi.storage.LogSlice;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.PartitionLog;
import mortise.spi.storage.RetentionLimits;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.TimestampPosition;
import mortise.tck.storage.JournalStore.Flaw;
import org.jspecify.annotations.Nullable;

/**
 * A log as a journal: every change is a checked frame at the end of one file, and the state is what
 * all of them lead to, kept in memory. Every method takes the one lock.
 */
final class JournalLog implements PartitionLog {
    private static final int FRAME_HEADER = 8;

    private final JournalStore store;
    private final LogId id;
    private final Path file;
    private final FileChannel channel;
    private final State state = new State();
    private LogSettings settings;
    private long journalEnd;
    private long durableEnd;
    private boolean failed;

    JournalLog(JournalStore store, LogId id, Path file, LogSettings settings) throws IOException {
        this.store = store;
        this.id = id;
        this.file = file;
        this.settings = settings;
        this.channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        recover();
    }

    /** A change, as a frame says it. */
    private enum Kind {
        APPEND('a'),
        TRUNCATE('t'),
        RESET('r'),
        ADVANCE('s'),
        ROLL('n'),
        SIDECAR('p'),
        TRIM('d'),
        SYNCED('k'),
        GAP('g');

        private final byte code;

        Kind(char code) {
            this.code = (byte) code;
        }

        static Kind of(byte code) {
            return Arrays.stream(values())
                    .filter(kind -> kind.code == code)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no change has code " + code));
        }
    }

    private static byte codeOf(SidecarKind kind) {
        return (byte)
                switch (kind) {
                    case PRODUCER_STATE -> 'P';
                    case PRODUCER_BATCHES -> 'B';
                    case LEADER_EPOCHS -> 'E';
                };
    }

    private static SidecarKind sidecarOf(byte code) {
        return switch (code) {
            case 'P' -> SidecarKind.PRODUCER_STATE;
            case 'B' -> SidecarKind.PRODUCER_BATCHES;
            default -> SidecarKind.LEADER_EPOCHS;
        };
    }

    /** A batch in memory. */
    private record Stored(SampleBatch batch, long segment) {}

    /** What the journal leads to. */
    private final class State {
        private long start;
        private long end;
        private long segment;
        private final LostRanges lost = new LostRanges();
        private final List<Stored> batches = new ArrayList<>();
        private final Map<SidecarKind, TreeMap<Long, ByteBuffer>> sidecars =
                new EnumMap<>(SidecarKind.class);

        State() {
            for (SidecarKind kind : SidecarKind.values()) {
                sidecars.put(kind, new TreeMap<>());
            }
        }

        void apply(Kind kind, ByteBuffer body, boolean lent) {
            switch (kind) {
                case APPEND -> append(body, lent);
                case TRUNCATE -> truncate(body.getLong());
                case RESET -> reset(body.getLong());
                case ADVANCE -> advance(body.getLong());
                case ROLL -> segment = body.getLong();
                case SIDECAR -> {
                    SidecarKind sidecar = sidecarOf(body.get());
                    long offset = body.getLong();
                    if (sidecar == SidecarKind.LEADER_EPOCHS) {
                        sidecars.get(sidecar).clear();
                    }
                    sidecars.get(sidecar).put(offset, copy(body));
                }
                case TRIM -> {
                    var all = sidecars.get(sidecarOf(body.get()));
                    Long latest = all.lowerKey(body.getLong());
                    if (latest != null) {
                        all.headMap(latest).clear();
                    }
                }
                case SYNCED -> reach(body.getLong());
                case GAP -> lost.forget(body.getLong(), body.getLong());
            }
        }

        /** The log goes on at an offset: what is not there before it was lost. */
        private void reach(long offset) {
            if (offset > end) {
                lost.add(end, offset);
                end = store.has(Flaw.LOST_OFFSETS_ARE_GIVEN_AGAIN) ? end : offset;
            }
        }

        private void append(ByteBuffer body, boolean lent) {
            while (body.hasRemaining()) {
                long base = body.getLong();
                long last = body.getLong();
                long timestamp = body.getLong();
                int epoch = body.getInt();
                if (lost.isOpen()) {
                    reach(base);
                }
                ByteBuffer content = body.slice(body.position() + 4, body.getInt());
                body.position(body.position() + content.remaining());
                ByteBuffer kept = lent ? content : copy(content);
                batches.add(
                        new Stored(new SampleBatch(base, last, timestamp, epoch, kept), segment));
                end = last + 1;
            }
        }

        private void truncate(long offset) {
            if (offset >= end) {
                return;
            }
            if (store.has(Flaw.TRUNCATION_CUTS_INTO_BATCHES)) {
                batches.removeIf(stored -> stored.batch().baseOffset() >= offset);
            } else {
                batches.removeIf(stored -> stored.batch().lastOffset() >= offset);
            }
            end = batches.isEmpty() ? start : Math.max(start, endOf(batches.getLast()));
            lost.keep(start, end);
            if (!store.has(Flaw.SIDECARS_OUTLIVE_TRUNCATION)) {
                sidecars.get(SidecarKind.PRODUCER_STATE).tailMap(offset, false).clear();
                sidecars.get(SidecarKind.PRODUCER_BATCHES).tailMap(offset, false).clear();
            }
            segment = batches.isEmpty() ? end : batches.getLast().segment();
        }

        private static long endOf(Stored stored) {
            return stored.batch().lastOffset() + 1;
        }

        private void reset(long offset) {
            batches.clear();
            sidecars.get(SidecarKind.PRODUCER_STATE).clear();
            sidecars.get(SidecarKind.PRODUCER_BATCHES).clear();
            start = offset;
            end = offset;
            segment = offset;
            lost.keep(offset, offset);
        }

        private void advance(long offset) {
            start = Math.max(start, offset);
            end = Math.max(start, end);
            batches.removeIf(stored -> stored.batch().lastOffset() < start);
            lost.keep(start, end);
        }
    }

    private static ByteBuffer copy(ByteBuffer bytes) {
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    private void recover() throws IOException {
        ByteBuffer journal = ByteBuffer.allocate((int) channel.size());
        while (journal.hasRemaining() && channel.read(journal, journal.position()) > 0) {}
        journal.flip();
        int synced = lastWitness(journal);
        for (ByteBuffer body = frame(journal); body != null; body = frame(journal)) {
            int end = journal.position() + FRAME_HEADER + body.remaining();
            if (isSound(journal, body) || store.has(Flaw.TORN_TAIL_IS_KEPT)) {
                state.apply(Kind.of(body.get()), body, false);
            } else if (end > synced || store.has(Flaw.A_LOSS_IS_THE_END)) {
                break;
            } else {
                state.lost.open();
            }
            journal.position(end);
        }
        state.lost.close(store);
        journalEnd = journal.position();
        channel.truncate(journalEnd);
        if (!store.has(Flaw.RECOVERY_DOES_NOT_SYNC)) {
            channel.force(true);
        }
        durableEnd = state.end;
    }

    /** The body of the frame at the position, whether it is sound or not; null at the end. */
    private static @Nullable ByteBuffer frame(ByteBuffer journal) {
        int at = journal.position();
        if (journal.remaining() <= FRAME_HEADER) {
            return null;
        }
        int length = journal.getInt(at);
        return length <= 0 || length > journal.remaining() - FRAME_HEADER
                ? null
                : journal.slice(at + FRAME_HEADER, length);
    }

    private static boolean isSound(ByteBuffer journal, ByteBuffer body) {
        return crc(body) == journal.getInt(journal.position() + 4);
    }

    /** Where the last frame ends that says what was synced; 0 if there is none. */
    private static int lastWitness(ByteBuffer journal) {
        int last = 0;
        for (ByteBuffer body = frame(journal); body != null; body = frame(journal)) {
            int end = journal.position() + FRAME_HEADER + body.remaining();
            if (isSound(journal, body) && body.get(0) == Kind.SYNCED.code) {
                last = end;
            }
            journal.position(end);
        }
        journal.rewind();
        return last;
    }

    /** Makes the frame unreadable that holds an offset, as an accident would. */
    static void destroy(Path file, long offset) throws IOException {
        ByteBuffer journal = ByteBuffer.wrap(Files.readAllBytes(file));
        for (ByteBuffer body = frame(journal); body != null; body = frame(journal)) {
            int at = journal.position() + FRAME_HEADER;
            if (body.get(0) == Kind.APPEND.code
                    && body.getLong(1) <= offset
                    && offset <= body.getLong(9)) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.write(ByteBuffer.allocate(body.remaining()), at);
                }
                return;
            }
            journal.position(at + body.remaining());
        }
        throw new IllegalStateException("no frame of " + file + " holds offset " + offset);
    }

    private static int crc(ByteBuffer body) {
        CRC32C crc = new CRC32C();
        crc.update(body.duplicate());
        return (int) crc.getValue();
    }

    private synchronized void record(Kind kind, ByteBuffer body) {
        requireWorking();
        ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER + 1 + body.remaining());
        frame.position(FRAME_HEADER).put(kind.code).put(body.duplicate());
        frame.putInt(0, body.remaining() + 1);
        frame.putInt(4, crc(frame.slice(FRAME_HEADER, body.remaining() + 1)));
        frame.flip();
        long at = journalEnd;
        try {
            while (frame.hasRemaining()) {
                at += channel.write(frame, at);
            }
        } catch (IOException e) {
            failed = store.has(Flaw.A_SHORTAGE_ENDS_THE_LOG);
            throw new StorageException(
                    StorageException.Reach.CALL, "cannot write to " + file + " of " + id, e);
        }
        journalEnd = at;
        state.apply(kind, body, false);
    }

    private void requireWorking() {
        if (failed) {
            throw new StorageException(
                    StorageException.Reach.LOG, id + " failed when it was synced");
        }
    }

    private static ByteBuffer number(long value) {
        return ByteBuffer.allocate(8).putLong(value).flip();
    }

    @Override
    public synchronized OptionalLong rollIfNeeded(int bytes, long maxTimestamp, long nowMillis) {
        List<Stored> active =
                state.batches.stream().filter(s -> s.segment() == state.segment).toList();
        if (active.isEmpty()) {
            return OptionalLong.empty();
        }
        long size = active.stream().mapToLong(s -> s.batch().sizeInBytes()).sum();
        long age = nowMillis - active.getFirst().batch().maxTimestamp();
        if (size + bytes <= settings.segmentBytes() && age <= settings.segmentAge().toMillis()) {
            return OptionalLong.empty();
        }
        record(Kind.ROLL, number(state.end));
        return OptionalLong.of(state.end);
    }

    @Override
    public synchronized LogPosition append(BatchSet batches) {
        ByteBuffer body = ByteBuffer.allocate(batches.sizeInBytes() + batches.count() * 32);
        long end = state.end;
        for (int i = 0; i < batches.count(); i++) {
            if (batches.baseOffset(i) < end) {
                throw new IllegalArgumentException(
                        "offset " + batches.baseOffset(i) + " of " + id + " is below " + end);
            }
            end = batches.lastOffset(i) + 1;
            body.putLong(batches.baseOffset(i)).putLong(batches.lastOffset(i));
            body.putLong(batches.maxTimestamp(i)).putInt(batches.leaderEpoch(i));
            ByteBuffer content = batches.buffer(i);
            body.putInt(content.remaining()).put(content.duplicate());
        }
        record(Kind.APPEND, body.flip());
        if (store.has(Flaw.LENT_BUFFERS_ARE_KEPT)) {
            keepLent(batches);
        }
        return end();
    }

    private void keepLent(BatchSet batches) {
        for (int i = 0; i < batches.count(); i++) {
            int at = state.batches.size() - batches.count() + i;
            SampleBatch batch = state.batches.get(at).batch();
            state.batches.set(
                    at,
                    new Stored(
                            new SampleBatch(
                                    batch.baseOffset(),
                                    batch.lastOffset(),
                                    batch.maxTimestamp(),
                                    batch.leaderEpoch(),
                                    batches.buffer(i).slice()),
                            state.segment));
        }
    }

    @Override
    public synchronized LogPosition end() {
        return new LogPosition(state.end, 0);
    }

    @Override
    public synchronized LogBounds bounds() {
        return new LogBounds(state.start, state.end);
    }

    @Override
    public LogPosition sync() {
        long end = end().offset();
        try {
            synchronized (this) {
                requireWorking();
            }
            if (!store.has(Flaw.SYNC_DOES_NOTHING)) {
                channel.force(true);
            }
            if (store.has(Flaw.A_MISSING_FILE_FAILS_ALL) && !Files.exists(file)) {
                throw store.fail(file + " is gone");
            }
        } catch (IOException e) {
            synchronized (this) {
                failed = !store.has(Flaw.FAILED_SYNC_IS_FORGOTTEN);
            }
            throw new StorageException(StorageException.Reach.LOG, "cannot sync " + id, e);
        }
        synchronized (this) {
            if (store.witnesses() && end > durableEnd && end <= state.end) {
                record(Kind.SYNCED, number(end));
            }
            durableEnd = Math.min(state.end, Math.max(durableEnd, end));
            return new LogPosition(Math.max(durableEnd, Math.min(end, state.end)), 0);
        }
    }

    @Override
    public synchronized LogPosition durableEnd() {
        return new LogPosition(Math.min(durableEnd, state.end), 0);
    }

    @Override
    public synchronized LogSlice read(
            long offset, LogPosition upTo, int maxBytes, boolean wholeBatch) {
        requireWithin(offset);
        if (store.has(Flaw.DAMAGE_ENDS_THE_LOG)) {
            requireSoundFile();
        }
        long bound = store.has(Flaw.READS_IGNORE_THEIR_BOUND) ? Long.MAX_VALUE : upTo.offset();
        if (!store.has(Flaw.READS_PASS_OVER_A_LOSS)) {
            state.lost.check(id, offset);
        }
        long next = state.lost.next(offset);
        List<SampleBatch> batches =
                state.batches.stream()
                        .map(Stored::batch)
                        .filter(b -> b.lastOffset() >= offset && b.baseOffset() < bound)
                        .filter(b ->
                                b.lastOffset() < next || store.has(Flaw.READS_PASS_OVER_A_LOSS))
                        .toList();
        if (batches.isEmpty()) {
            return new Slice(ByteBuffer.allocate(0));
        }
        int most = wholeBatch ? Math.max(maxBytes, batches.getFirst().sizeInBytes()) : maxBytes;
        int all = batches.stream().mapToInt(SampleBatch::sizeInBytes).sum();
        ByteBuffer bytes = ByteBuffer.allocate(all);
        batches.forEach(batch -> bytes.put(batch.content()));
        return new Slice(bytes.flip().limit(Math.min(most, all)));
    }

    private void requireSoundFile() {
        try {
            ByteBuffer journal = ByteBuffer.allocate((int) journalEnd);
            while (journal.hasRemaining() && channel.read(journal, journal.position()) > 0) {}
            journal.flip();
            while (journal.hasRemaining()) {
                int at = journal.position();
                ByteBuffer body = journal.slice(at + FRAME_HEADER, journal.getInt(at));
                failed |= crc(body) != journal.getInt(at + 4);
                journal.position(at + FRAME_HEADER + body.remaining());
            }
        } catch (IOException unreadable) {
            failed = true;
        }
        requireWorking();
    }

    private void requireWithin(long offset) {
        if (offset < state.start || offset > state.end) {
            throw new OffsetOutOfRangeException(id, offset, bounds());
        }
    }

    /** Bytes on the heap. */
    private record Slice(ByteBuffer bytes) implements LogSlice {
        @Override
        public int sizeInBytes() {
            return bytes.remaining();
        }

        @Override
        public Optional<FileRange> fileRange() {
            return Optional.empty();
        }

        @Override
        public int copyTo(int position, ByteBuffer target) {
            int length = Math.min(target.remaining(), bytes.remaining() - position);
            target.put(bytes.slice(position, length));
            return length;
        }

        @Override
        public void close() {}
    }

    @Override
    public synchronized LogPosition position(long offset) {
        requireWithin(offset);
        return new LogPosition(
                state.batches.stream()
                        .map(Stored::batch)
                        .filter(batch -> batch.lastOffset() >= offset)
                        .findFirst()
                        .map(SampleBatch::baseOffset)
                        .orElse(state.end),
                0);
    }

    @Override
    public synchronized Optional<TimestampPosition> offsetAtOrAfter(long timestamp) {
        if (store.has(Flaw.TIMESTAMPS_ARE_BELIEVED)
                && !state.batches.isEmpty()
                && state.batches.getLast().batch().maxTimestamp() < timestamp) {
            return Optional.empty();
        }
        return state.batches.stream()
                .map(Stored::batch)
                .filter(batch -> batch.maxTimestamp() >= timestamp)
                .findFirst()
                .map(LogState::position);
    }

    @Override
    public synchronized Optional<TimestampPosition> largestTimestamp() {
        return state.batches.stream()
                .map(Stored::batch)
                .max(Comparator.comparingLong(SampleBatch::maxTimestamp))
                .map(LogState::position);
    }

    @Override
    public synchronized LogPosition truncateTo(long offset) {
        record(Kind.TRUNCATE, number(offset));
        durableEnd = Math.min(durableEnd, state.end);
        return end();
    }

    @Override
    public synchronized LogPosition reset(long offset) {
        record(Kind.RESET, number(offset));
        durableEnd = offset;
        return end();
    }

    @Override
    public void advanceStart(long offset) {
        if (offset > bounds().startOffset()) {
            record(Kind.ADVANCE, number(offset));
            if (!store.has(Flaw.START_IS_NOT_DURABLE)) {
                sync();
            }
        }
    }

    @Override
    public synchronized long retainedFrom(RetentionLimits limits) {
        long from = state.start;
        long left = sizeInBytes();
        for (long segment : state.batches.stream().map(Stored::segment).distinct().toList()) {
            List<SampleBatch> batches =
                    state.batches.stream()
                            .filter(stored -> stored.segment() == segment)
                            .map(Stored::batch)
                            .toList();
            long size = batches.stream().mapToLong(SampleBatch::sizeInBytes).sum();
            long newest = batches.stream().mapToLong(SampleBatch::maxTimestamp).max().orElseThrow();
            boolean tooLarge = limits.maxBytes() >= 0 && left - size >= limits.maxBytes();
            boolean tooOld =
                    limits.maxAgeMillis() >= 0
                            && limits.nowMillis() - newest > limits.maxAgeMillis();
            long next = batches.getLast().lastOffset() + 1;
            if (next > limits.ceiling() || !(tooLarge || tooOld)) {
                break;
            }
            left -= size;
            from = next;
        }
        return from;
    }

    @Override
    public void configure(LogSettings changed) {
        settings = changed;
    }

    @Override
    public void putSidecar(SidecarKind kind, long offset, ByteBuffer content) {
        record(
                Kind.SIDECAR,
                ByteBuffer.allocate(9 + content.remaining())
                        .put(codeOf(kind))
                        .putLong(offset)
                        .put(content.duplicate())
                        .flip());
    }

    @Override
    public synchronized Optional<Sidecar> latestSidecar(SidecarKind kind, long atMost) {
        return Optional.ofNullable(state.sidecars.get(kind).floorEntry(atMost))
                .map(entry -> new Sidecar(kind, entry.getKey(), copy(entry.getValue())));
    }

    @Override
    public void trimSidecars(SidecarKind kind, long offset) {
        record(Kind.TRIM, ByteBuffer.allocate(9).put(codeOf(kind)).putLong(offset).flip());
    }

    @Override
    public synchronized List<MissingRecords> missing() {
        return state.lost.ranges();
    }

    @Override
    public List<MissingRecords> acceptLoss() {
        List<MissingRecords> accepted = missing();
        if (store.has(Flaw.AN_ACCEPTED_LOSS_IS_KEPT)) {
            return accepted;
        }
        for (MissingRecords range : accepted) {
            if (store.has(Flaw.AN_ACCEPTED_LOSS_COMES_BACK)) {
                state.lost.forget(range.from(), range.to());
            } else {
                record(
                        Kind.GAP,
                        ByteBuffer.allocate(16).putLong(range.from()).putLong(range.to()).flip());
            }
            if (range.from() == bounds().startOffset()) {
                record(Kind.ADVANCE, number(range.to()));
            }
        }
        sync();
        return accepted;
    }

    @Override
    public synchronized long sizeInBytes() {
        return state.batches.stream().mapToLong(stored -> stored.batch().sizeInBytes()).sum();
    }

    @Override
    public LogDirectory directory() {
        return store;
    }

    @Override
    public void close() {
        store.closed(id);
        try {
            if (channel.isOpen()) {
                channel.force(true);
                channel.close();
            }
        } catch (IOException e) {
            throw new StorageException(StorageException.Reach.LOG, "cannot close " + id, e);
        }
    }
}
