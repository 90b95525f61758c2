package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import mortise.spi.storage.LogBounds;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.StorageException;
import mortise.spi.storage.UnreadableDataException;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/** Damage that is cut out takes nothing else with it, and stays out. */
class LogRepairTest {
    private static final int BATCHES = 40;

    private SimDisk disk = SimDisk.create(1);
    private Broker broker = Broker.on(SimContext.on(disk, 1).withInlineThreads());
    private final List<byte[]> batches = new ArrayList<>();
    private final List<Long> ends = new ArrayList<>();

    /** One to three damaged bytes anywhere, in headers and records, in any segment. */
    @Seeded(runs = 200)
    void whatIsSoundStays(long seed) throws IOException {
        Random random = new Random(seed);
        disk = SimDisk.create(seed);
        broker = Broker.on(SimContext.on(disk, seed).withInlineThreads());
        batches.clear();
        ends.clear();
        for (int i = 0; i < BATCHES; i++) {
            batches.add(broker.append(random.nextInt(1, 4), random.nextInt(200, 2_000), i).bytes());
            ends.add(broker.log().end().offset());
        }
        long start = random.nextBoolean() ? 0 : random.nextLong(ends.getLast() / 2);
        broker.log().advanceStart(start);
        broker.log().sync();
        broker.reopen(Broker.SMALL);
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            damage(random);
        }
        LogBounds bounds = broker.log().bounds();
        List<Long> sound = repaired(start, bounds.endOffset());
        assertThat(sound.size())
                .as("batches that are left of those from %s on", start)
                .isGreaterThan(BATCHES / 4);

        broker.append(1, 100, 1_000);
        broker.reopen(Broker.SMALL);

        assertThat(broker.log().bounds()).isEqualTo(new LogBounds(start, bounds.endOffset() + 1));
        assertThat(broker.log().missing()).isEmpty();
        assertThat(readable(start, bounds.endOffset())).isEqualTo(sound);
    }

    private void damage(Random random) throws IOException {
        List<Path> logs;
        try (var found = Files.list(broker.directory())) {
            logs = found.filter(file -> file.toString().endsWith(LogFiles.LOG)).sorted().toList();
        }
        Path log = logs.get(random.nextInt(logs.size()));
        disk.flipBit(log, random.nextLong(Files.size(log)), random.nextInt(8));
    }

    /** Cuts out what cannot be read; gives the ends of the batches that could be read before. */
    private List<Long> repaired(long start, long end) {
        List<Long> sound = new ArrayList<>();
        List<MissingRecords> damaged = new ArrayList<>();
        long next = start;
        while (next < end) {
            long after = readBatch(next);
            if (after > 0) {
                sound.add(after);
                next = after;
                continue;
            }
            long from = next;
            while (next < end && readBatch(next) < 0) {
                next++;
            }
            damaged.add(new MissingRecords(from, next, "damaged"));
        }
        assertThat(broker.log().giveUp(damaged)).isTrue();
        return sound;
    }

    /** The ends of all batches; everything can be read. */
    private List<Long> readable(long start, long end) {
        List<Long> found = new ArrayList<>();
        long next = start;
        while (next < end) {
            long after = readBatch(next);
            assertThat(after).as("reading offset %s", next).isPositive();
            if (after <= end) {
                found.add(after);
            }
            next = after;
        }
        return found;
    }

    /** The end of the batch that is read at an offset or behind it; -1 if that is refused. */
    private long readBatch(long offset) {
        byte[] read;
        try {
            read = broker.read(offset, broker.log().end(), 1, true);
        } catch (UnreadableDataException refused) {
            return -1;
        }
        if (read.length == 0) {
            return broker.log().end().offset();
        }
        ByteBuffer buffer = ByteBuffer.wrap(read);
        long after = BatchHeader.lastOffset(buffer, 0) + 1;
        int index = ends.indexOf(after);
        if (index >= 0) {
            // nothing tells of a leader epoch that turned
            System.arraycopy(batches.get(index), 12, read, 12, Integer.BYTES);
            assertThat(read).as("batch up to %s", after).isEqualTo(batches.get(index));
        }
        return after;
    }

    @Test
    void offsetsThatTheLogDoesNotHaveAreRefused() {
        broker.append(3, 100, 1);
        assertThatThrownBy(
                        () -> broker.log().giveUp(List.of(new MissingRecords(10, 12, "damaged"))))
                .isInstanceOf(StorageException.class);
    }
}
