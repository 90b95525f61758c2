package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import mortise.spi.storage.MissingRecords;
import mortise.spi.storage.OffsetOutOfRangeException;
import mortise.spi.storage.StorageException;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;

/**
 * Random lives of a log, each followed by the loss of any one file, or a part of it: every record
 * that was synced and noted is served as it was, or its offset is refused and a line names it.
 */
class MissingFilesModelTest {
    private Random random = new Random();
    private SimDisk disk = SimDisk.create(1);
    private Broker broker = Broker.on(SimContext.on(disk, 1).withInlineThreads());
    private final List<String> story = new ArrayList<>();

    /** Batches that were synced and noted, by their last offset. */
    private final NavigableMap<Long, byte[]> kept = new TreeMap<>();

    private final NavigableMap<Long, byte[]> written = new TreeMap<>();
    private long start;

    @Seeded(runs = 300)
    void nothingGoesInSilence(long seed) throws IOException {
        random = new Random(seed);
        disk = SimDisk.create(seed);
        broker = Broker.on(SimContext.on(disk, seed).withInlineThreads());
        kept.clear();
        written.clear();
        story.clear();
        start = 0;
        for (int life = 0; life < 3; life++) {
            live();
            boolean stopped = end();
            String damage = damage();
            story.add(damage);
            disk.syncAll();
            disk = disk.crash();
            try {
                broker = Broker.on(broker.context().restartedOn(disk));
            } catch (StorageException named) {
                assertThat(named).as("%s", story).hasMessageMatching("(?s).*(orders-3|mortise-).*");
                return;
            }
            story.add("started on " + broker.log().bounds() + ", missing " + missing());
            check(stopped ? "a stop" : "a kill");
            // from here on the log is what it is
            written.clear();
            kept.clear();
            start = broker.log().bounds().startOffset();
            broker.log().acceptLoss();
            start = broker.log().bounds().startOffset();
        }
    }

    private List<MissingRecords> missing() {
        return broker.log().missing();
    }

    private void live() {
        for (int i = random.nextInt(4, 40); i > 0; i--) {
            long end = broker.log().end().offset();
            switch (random.nextInt(12)) {
                case 0 -> {
                    long to = random.nextLong(start, end + 1);
                    story.add("start at " + to);
                    broker.log().advanceStart(to);
                    start = to;
                    written.headMap(to).clear();
                    kept.headMap(to).clear();
                }
                case 1 -> {
                    long to = random.nextLong(start, end + 1);
                    broker.log().truncateTo(to);
                    story.add("truncated to " + to + ", ends at " + broker.log().end().offset());
                    written.tailMap(to, true).clear();
                    kept.tailMap(to, true).clear();
                    note();
                }
                case 2 -> {
                    if (random.nextInt(4) == 0) {
                        long to = random.nextLong(end + 50);
                        story.add("reset to " + to);
                        broker.log().reset(to);
                        start = to;
                        written.clear();
                        kept.clear();
                        note();
                    }
                }
                case 3, 4, 5 -> note();
                default -> {
                    Batches batch =
                            broker.append(random.nextInt(1, 4), random.nextInt(200, 4_000), i);
                    written.put(batch.lastOffset(0), batch.bytes());
                    story.add("append up to " + batch.lastOffset(0));
                }
            }
        }
    }

    /** Syncs, and lets the recovery point be written. */
    private void note() {
        broker.log().sync();
        broker.context().clock().advance(Duration.ofMinutes(2));
        kept.putAll(written);
        story.add("noted up to " + broker.log().end().offset());
    }

    private boolean end() {
        if (random.nextBoolean()) {
            broker.close();
            kept.putAll(written);
            story.add("stop");
            disk.syncAll();
            return true;
        }
        story.add("kill");
        if (random.nextBoolean()) {
            disk.syncAll();
        }
        disk = disk.crash();
        return false;
    }

    private String damage() throws IOException {
        Path logs = broker.context().restartedOn(disk).dataDirectory().resolve("logs");
        Path file = FileDamage.anyFile(logs, random);
        long size = Files.size(file);
        return switch (random.nextInt(3)) {
            case 0 -> {
                Files.delete(file);
                yield "removed " + file;
            }
            case 1 -> FileDamage.shorten(file, 0);
            default -> FileDamage.shorten(file, size == 0 ? 0 : random.nextLong(size));
        };
    }

    private void check(String how) {
        long first = start;
        kept.tailMap(start, true)
                .forEach((last, bytes) -> {
                    long offset = Math.max(first, base(bytes));
                    try {
                        byte[] read = broker.read(offset, broker.log().end(), 1, true);
                        assertThat(read)
                                .as("offset %s after %s: %s", offset, how, story)
                                .startsWith(bytes);
                    } catch (OffsetOutOfRangeException silent) {
                        throw new AssertionError(
                                "offset " + offset + " is gone after " + how + ": " + story,
                                silent);
                    } catch (StorageException refused) {
                        assertThat(refused).as("%s", story).hasMessageContaining("are missing");
                        assertThat(broker.context().logger().lines())
                                .as("%s", story)
                                .anyMatch(line ->
                                        line.text().contains("were synced and are missing"));
                    }
                });
    }

    private static long base(byte[] batch) {
        return java.nio.ByteBuffer.wrap(batch).getLong(0);
    }
}
