package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import mortise.spi.storage.AbortedTransaction;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.RetentionLimits;
import mortise.spi.storage.Sidecar;
import mortise.spi.storage.SidecarKind;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.TimestampPosition;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;

/**
 * Random lives of a log, each followed by damage to any one file: bits that turned, bytes that were
 * overwritten, a file that was cut or is gone. Whatever was synced and noted is served as it was
 * written or refused by name; nothing else is ever served; what the rest of the files say of it is
 * right, or they are not believed.
 */
class BitRotModelTest {
    /** How many batches one damage can reach into. */
    private static final int MOST_IN_ONE_DAMAGE = 4;

    private static final int LEADER_EPOCH_AT = 12;

    private Random random = new Random();
    private SimDisk disk = SimDisk.create(1);
    private Broker broker = Broker.on(SimContext.on(disk, 1).withInlineThreads());
    private final List<String> story = new ArrayList<>();

    /** Batches that must be there, by their last offset. */
    private final NavigableMap<Long, byte[]> kept = new TreeMap<>();

    /** All that was written at an offset and may be there. */
    private final NavigableMap<Long, byte[]> written = new TreeMap<>();

    /** What lay below the start. */
    private final NavigableMap<Long, byte[]> removed = new TreeMap<>();

    private final NavigableMap<Long, AbortedTransaction> aborted = new TreeMap<>();
    private final NavigableMap<Long, byte[]> epochs = new TreeMap<>();
    private long start;

    /**
     * Aborted transactions that end below it are in an index; the others are the broker's to find.
     */
    private long abortedNoted;

    private long timestamp;

    /** The begins of segments whose indexes have a witness. */
    private final Set<Long> sealed = new HashSet<>();

    @BeforeEach
    void begin() {
        kept.clear();
        written.clear();
        aborted.clear();
        epochs.clear();
        story.clear();
        start = 0;
        abortedNoted = 0;
        timestamp = 1_000;
        sealed.clear();
        removed.clear();
    }

    @Seeded(runs = 400)
    void nothingRottenIsServedAndNothingGoesInSilence(long seed) throws IOException {
        random = new Random(seed);
        disk = SimDisk.create(seed);
        broker = Broker.on(SimContext.on(disk, seed).withInlineThreads());
        live();
        End end = end();
        Path victim = damage(end);
        if (end == End.KILL) {
            disk = disk.kill();
        } else {
            disk.syncAll();
            disk = disk.crash();
        }
        try {
            broker = Broker.on(broker.context().restartedOn(disk));
        } catch (StorageException named) {
            assertThat(named).as("%s", story).hasMessageMatching("(?s).*(orders-3|mortise-).*");
            return;
        }
        story.add("started on " + broker.log().bounds() + ", missing " + broker.log().missing());
        story.addAll(
                broker.context().logger().lines().stream().map(l -> "LINE " + l.text()).toList());
        boolean inLog = victim.toString().endsWith(LogFiles.LOG);
        eachIsServedOrRefused();
        nothingElseIsServed();
        whatSidecarsSayIsRight();
        if (!inLog && broker.log().bounds().startOffset() == start) {
            lookupsAreExact();
            abortedTransactionsAreExact(victim, end == End.STOP);
            retentionKeepsWhatIsYoung();
        }
    }

    // ---- a life

    private void live() {
        for (int i = random.nextInt(10, 60); i > 0; i--) {
            long end = broker.log().end().offset();
            switch (random.nextInt(14)) {
                case 0 -> {
                    long to = random.nextLong(start, start + (end - start) / 2 + 1);
                    story.add("start at " + to);
                    broker.log().advanceStart(to);
                    start = to;
                    forgetBelow(to);
                }
                case 1 -> {
                    long to = random.nextLong(start + (end - start) / 2, end + 1);
                    broker.log().truncateTo(to);
                    story.add("truncated to " + to + ", ends at " + broker.log().end().offset());
                    written.tailMap(to, true).clear();
                    kept.tailMap(to, true).clear();
                    aborted.tailMap(to, true).clear();
                    epochs.tailMap(to, false).clear();
                    note();
                }
                case 2, 3 -> note();
                case 4 -> {
                    byte[] content =
                            ("0\n1\n7 " + end + "\n")
                                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                    broker.log()
                            .putSidecar(SidecarKind.LEADER_EPOCHS, end, ByteBuffer.wrap(content));
                    epochs.put(end, content);
                    story.add("epochs at " + end);
                }
                case 5 -> abort(end);
                default -> {
                    timestamp += random.nextInt(-200, 1_000);
                    Batches batch =
                            broker.append(
                                    random.nextInt(1, 4), random.nextInt(100, 3_000), timestamp);
                    written.put(batch.lastOffset(0), batch.bytes());
                    story.add("append up to " + batch.lastOffset(0) + " at " + timestamp);
                }
            }
        }
    }

    private void abort(long end) {
        if (end == start) {
            return; // nothing there that could be aborted
        }
        AbortedTransaction entry =
                new AbortedTransaction(random.nextInt(5), random.nextLong(start, end), end, start);
        timestamp++;
        Batches batch = Batches.of(end, 1, 80, timestamp).aborting(entry);
        broker.append(batch);
        written.put(end, batch.bytes());
        aborted.put(end, entry);
        story.add("abort " + entry);
    }

    private void forgetBelow(long to) {
        removed.putAll(written.headMap(to));
        written.headMap(to).clear();
        kept.headMap(to).clear();
        aborted.headMap(to).clear();
    }

    /** Syncs, and lets the recovery point be written. */
    private void note() {
        broker.log().sync();
        broker.context().clock().advance(Duration.ofMinutes(2));
        kept.putAll(written);
        abortedNoted = broker.log().end().offset();
        story.add("noted up to " + broker.log().end().offset());
    }

    /** How a process ends. */
    private enum End {
        STOP,
        /** The machine goes on. */
        KILL,
        POWER_CUT
    }

    private End end() {
        if (random.nextBoolean()) {
            broker.close();
            kept.putAll(written);
            abortedNoted = Long.MAX_VALUE;
            story.add("stop");
            disk.syncAll();
            return End.STOP;
        }
        if (random.nextBoolean()) {
            story.add("kill");
            disk = disk.kill();
            return End.KILL;
        }
        story.add("power cut");
        if (random.nextBoolean()) {
            disk.syncAll();
        }
        disk = disk.crash();
        return End.POWER_CUT;
    }

    /**
     * What a killed process had written is there, synced or not; only what could have been its last
     * write may be taken for one that was torn. Files that were cut or removed leave no trace of
     * what no manifest tells of.
     */
    private void keepWhatWasWritten(Path victim) {
        boolean inLog = victim.toString().endsWith(LogFiles.LOG);
        int unsure = inLog ? MOST_IN_ONE_DAMAGE : 0;
        written.entrySet().stream()
                .limit(Math.max(0, written.size() - unsure))
                .forEach(batch -> kept.put(batch.getKey(), batch.getValue()));
    }

    // ---- damage

    private Path damage(End end) throws IOException {
        Path logs = broker.context().restartedOn(disk).dataDirectory().resolve("logs");
        noteWhatIsSealed(logs.resolve("orders-3").resolve(SegmentManifest.FILE));
        Path file = FileDamage.anyFile(logs, random);
        long size = Files.size(file);
        story.add("--- " + file + " of " + size + " bytes");
        int how = random.nextInt(10);
        if (end == End.KILL && how > 1) {
            keepWhatWasWritten(file);
        }
        switch (how) {
            case 0 -> {
                Files.delete(file);
                story.add("removed");
            }
            case 8, 9 -> story.add("no damage");
            case 1 -> story.add(FileDamage.shorten(file, size == 0 ? 0 : random.nextLong(size)));
            case 2 -> {
                long at = size == 0 ? 0 : random.nextLong(size);
                int most = (int) Math.min(200, size - at);
                story.add(
                        FileDamage.overwrite(
                                file, at, noise(most == 0 ? 0 : random.nextInt(most) + 1)));
            }
            case 3 -> story.add(FileDamage.overwrite(file, size, noise(random.nextInt(1, 300))));
            default -> {
                if (size > 0) {
                    long at = random.nextLong(size);
                    int bit = random.nextInt(8);
                    disk.flipBit(file, at, bit);
                    story.add("flipped bit " + bit + " of " + at);
                }
            }
        }
        return file;
    }

    private void noteWhatIsSealed(Path manifest) throws IOException {
        if (Files.exists(manifest)) {
            for (String line : Files.readAllLines(manifest)) {
                String[] words = line.split(" ", -1);
                switch (words[0]) {
                    case "sealed" -> sealed.add(Long.parseLong(words[1]));
                    case "cut" -> sealed.clear(); // one of them may be written to again
                    default -> {}
                }
            }
        }
    }

    private byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        random.nextBytes(noise);
        return noise;
    }

    // ---- what must hold

    private void eachIsServedOrRefused() {
        kept.forEach((last, bytes) -> {
            long offset = Math.max(start, base(bytes));
            try {
                byte[] read = broker.read(offset, broker.log().end(), 1, true);
                assertThat(withoutEpoch(read))
                        .as("offset %s: %s", offset, story)
                        .startsWith(withoutEpoch(bytes));
            } catch (OffsetOutOfRangeException silent) {
                throw new AssertionError("offset " + offset + " is gone: " + story, silent);
            } catch (StorageException refused) {
                assertThat(refused).as("%s", story).hasMessageContaining("orders-3");
            }
        });
    }

    /**
     * As a consumer reads: on from what it got, several batches at a time, over what is refused.
     */
    private void nothingElseIsServed() {
        long next = broker.log().bounds().startOffset();
        long end = broker.log().end().offset();
        while (next < end) {
            byte[] read;
            try {
                read = broker.read(next, broker.log().end(), random.nextInt(1, 9_000), true);
            } catch (StorageException refused) {
                next++;
                continue;
            }
            assertThat(read.length).as("bytes at %s: %s", next, story).isPositive();
            next = served(next, read);
        }
    }

    private long served(long from, byte[] read) {
        ByteBuffer buffer = ByteBuffer.wrap(read);
        long next = from;
        int at = 0;
        while (at + BatchHeader.BYTES <= read.length
                && at + BatchHeader.size(buffer, at) <= read.length) {
            int size = (int) BatchHeader.size(buffer, at);
            long last = BatchHeader.lastOffset(buffer, at);
            byte[] batch = Arrays.copyOfRange(read, at, at + size);
            byte[] expected = written.getOrDefault(last, broughtBack(last));
            assertThat(expected == null ? null : withoutEpoch(expected))
                    .as("what is served up to offset %s: %s", last, story)
                    .isEqualTo(withoutEpoch(batch));
            assertThat(kept.subMap(next, last))
                    .as("passed over from %s to %s: %s", next, last, story)
                    .isEmpty();
            next = last + 1;
            at += size;
        }
        return Math.max(next, from + 1);
    }

    /** A manifest that lost lines may know an earlier start; what it lost is said. */
    private byte @Nullable [] broughtBack(long last) {
        boolean said =
                broker.context().logger().lines().stream()
                        .anyMatch(line ->
                                line.text().contains("as its segment-manifest says")
                                        || line.text().contains("damaged segment-manifest"));
        return said ? removed.get(last) : null;
    }

    private void whatSidecarsSayIsRight() {
        Optional<Sidecar> found;
        try {
            found = broker.log().latestSidecar(SidecarKind.LEADER_EPOCHS, Long.MAX_VALUE);
        } catch (StorageException named) {
            return;
        }
        found.ifPresent(sidecar -> {
            byte[] content = new byte[sidecar.content().remaining()];
            sidecar.content().duplicate().get(content);
            assertThat(epochs.get(sidecar.offset())).as("%s", story).isEqualTo(content);
        });
    }

    private void lookupsAreExact() {
        if (!broker.log().missing().isEmpty()) {
            return;
        }
        for (int i = 0; i < 10 && !kept.isEmpty(); i++) {
            long least = random.nextLong(500, timestamp + 500);
            Optional<TimestampPosition> found;
            try {
                found = broker.log().offsetAtOrAfter(least);
            } catch (StorageException named) {
                continue;
            }
            Optional<byte[]> expected =
                    kept.values().stream()
                            .filter(batch ->
                                    BatchHeader.maxTimestamp(ByteBuffer.wrap(batch), 0) >= least)
                            .findFirst();
            expected.ifPresent(batch ->
                    assertThat(found.map(TimestampPosition::baseOffset))
                            .as("timestamp %s: %s", least, story)
                            .contains(base(batch)));
        }
    }

    /** Those of a segment that was not sealed have no witness after a kill but the batches. */
    private void abortedTransactionsAreExact(Path victim, boolean stopped) {
        boolean unsealed =
                !stopped
                        && victim.toString().endsWith(LogFiles.TRANSACTION_INDEX)
                        && !sealed.contains(
                                LogFiles.offset(DiskFiles.name(victim), LogFiles.TRANSACTION_INDEX)
                                        .orElseThrow());
        if (!broker.log().missing().isEmpty() || unsealed) {
            return;
        }
        long from = broker.log().bounds().startOffset();
        List<AbortedTransaction> said;
        try {
            said = broker.log().abortedTransactions(from, Long.MAX_VALUE);
        } catch (StorageException named) {
            return;
        }
        List<AbortedTransaction> due = new ArrayList<>();
        kept.headMap(abortedNoted)
                .keySet()
                .forEach(last -> Optional.ofNullable(aborted.get(last)).ifPresent(due::add));
        assertThat(said).as("%s", story).containsAll(due);
        assertThat(aborted.values()).as("%s", story).containsAll(said);
    }

    /** A rotten time index must not have retention take what is young. */
    private void retentionKeepsWhatIsYoung() {
        if (!broker.log().missing().isEmpty() || kept.isEmpty()) {
            return;
        }
        long now = timestamp + 1_000_000;
        for (byte[] batch : kept.values()) {
            long age = now - BatchHeader.maxTimestamp(ByteBuffer.wrap(batch), 0);
            long from;
            try {
                from =
                        broker.log()
                                .retainedFrom(
                                        new RetentionLimits(
                                                -1, age, now, broker.log().end().offset()));
            } catch (StorageException named) {
                continue;
            }
            assertThat(from)
                    .as("kept for %s ms at %s: %s", age, now, story)
                    .isLessThanOrEqualTo(Math.max(start, base(batch)));
        }
    }

    /** A batch's leader epoch is the one field that the format protects with nothing. */
    private static byte[] withoutEpoch(byte[] batch) {
        byte[] copy = batch.clone();
        Arrays.fill(copy, LEADER_EPOCH_AT, LEADER_EPOCH_AT + Integer.BYTES, (byte) 0);
        return copy;
    }

    private static long base(byte[] batch) {
        return ByteBuffer.wrap(batch).getLong(0);
    }
}
