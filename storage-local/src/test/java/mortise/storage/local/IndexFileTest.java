package mortise.storage.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import mortise.tck.sim.Fault;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimDisk;
import mortise.tck.sim.SimLogger;
import org.junit.jupiter.api.Test;

/** Sorted entries, partly in a file and partly in memory. */
class IndexFileTest {
    private final SimDisk disk = SimDisk.create(1);
    private final Path path = disk.root().resolve("index");
    private final OpenFiles openFiles = new OpenFiles(10, new SimLogger("test"));
    private final ScratchBuffers scratch = new ScratchBuffers(4_096, 2);

    private IndexFile offsets(int stored) {
        return new IndexFile(
                new CachedFile(path, openFiles), scratch, IndexFile.OFFSET_ENTRY_BYTES, stored);
    }

    private IndexFile times(int stored) {
        return new IndexFile(
                new CachedFile(path, openFiles), scratch, IndexFile.TIME_ENTRY_BYTES, stored);
    }

    @Test
    void theBytesAreKafkas() throws IOException {
        IndexFile offsets = offsets(0);
        offsets.makeRoom(2);
        offsets.append(7, 100);
        offsets.append(19, 0x01020304);
        offsets.finish();
        assertThat(Files.readAllBytes(path))
                .isEqualTo(new byte[] {0, 0, 0, 7, 0, 0, 0, 100, 0, 0, 0, 19, 1, 2, 3, 4});
        Files.delete(path);
        IndexFile times = times(0);
        times.makeRoom(1);
        times.append(0x0102030405060708L, 9);
        times.finish();
        assertThat(Files.readAllBytes(path))
                .isEqualTo(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 9});
    }

    @Seeded(runs = 30)
    void entriesAreFoundWhereverTheyLie(long seed, java.util.random.RandomGenerator random)
            throws IOException {
        Files.deleteIfExists(path);
        IndexFile index = offsets(0);
        int entries = random.nextInt(1, 3_000);
        for (int i = 0; i < entries; i++) {
            if (random.nextInt(200) == 0) {
                index.store();
            }
            index.makeRoom(1);
            index.append(3 * i, 70 * i);
        }
        assertThat(index.count()).isEqualTo(entries);
        assertThat(index.floor(-1)).isEqualTo(-1);
        for (int probe = 0; probe < 200; probe++) {
            int key = random.nextInt(3 * entries + 10);
            assertThat(index.floor(key)).isEqualTo(Math.min(key / 3, entries - 1));
            int at = random.nextInt(entries);
            assertThat(index.key(at)).isEqualTo(3L * at);
            assertThat(index.value(at)).isEqualTo(70 * at);
        }
        index.finish();
        IndexFile read = offsets(entries);
        assertThat(read.soundEntries(Integer.MAX_VALUE, Integer.MAX_VALUE)).isEqualTo(entries);
        assertThat(read.floor(3L * entries / 2)).isEqualTo(entries / 2);
        assertThat(read.entriesUpToValue(70 * (entries / 2))).isEqualTo(entries / 2 + 1);
    }

    @Test
    void entriesOutOfOrderOrBeyondTheLogAreNotSound() throws IOException {
        IndexFile index = offsets(0);
        index.makeRoom(5);
        int[][] entries = {{1, 100}, {2, 200}, {3, 300}, {3, 400}, {5, 500}};
        for (int[] entry : entries) {
            index.append(entry[0], entry[1]);
        }
        index.finish();

        IndexFile read = offsets(5);
        assertThat(read.soundEntries(Integer.MAX_VALUE, Integer.MAX_VALUE)).isEqualTo(3);
        assertThat(read.soundEntries(Integer.MAX_VALUE, 250)).isEqualTo(2);
        read.cut(3);
        assertThat(Files.size(path)).isEqualTo(24);
        assertThat(read.count()).isEqualTo(3);
    }

    @Test
    void aFailedStoreLosesNothingAndCanBeTriedAgain() throws IOException {
        IndexFile index = offsets(0);
        index.makeRoom(600);
        for (int i = 0; i < 600; i++) {
            index.append(i, i);
        }
        try (Fault fault = disk.failWrites(p -> true, new IOException("no"))) {
            assertThatThrownBy(index::store).isInstanceOf(IOException.class);
            assertThatThrownBy(() -> index.makeRoom(1)).isInstanceOf(IOException.class);
            assertThat(index.floor(599)).isEqualTo(599);
            assertThat(fault.met()).isPositive();
        }
        index.store();
        assertThat(index.value(321)).isEqualTo(321);
        assertThat(Files.size(path)).isEqualTo(4_800);
    }

    @Test
    void anEntryThatTheFileLostIsToldFromAnIoError() throws IOException {
        Files.write(path, ByteBuffer.allocate(8).array());

        assertThatThrownBy(() -> offsets(3).key(2))
                .isInstanceOf(CorruptFileException.class)
                .hasMessageContaining("ends before entry 2");
    }
}
