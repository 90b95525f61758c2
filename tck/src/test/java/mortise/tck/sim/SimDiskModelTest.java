package mortise.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What a crash leaves, against a model that keeps every version of every file. */
class SimDiskModelTest {
    private static final int SECTOR = 512;

    private final Map<String, Versions> files = new TreeMap<>();

    /** Everything a file may be after a crash, sector by sector. */
    private static final class Versions {
        private final List<byte[]> since = new ArrayList<>(List.of(new byte[0]));
        private final List<Integer> cuts = new ArrayList<>();
        private boolean nameDurable;

        byte[] now() {
            return since.getLast();
        }

        void changed(byte[] content) {
            since.add(content);
        }

        void truncated(int size) {
            since.add(Arrays.copyOf(now(), size));
            cuts.add(size);
        }

        void forced() {
            byte[] now = now();
            since.clear();
            since.add(now);
            cuts.clear();
        }

        boolean allows(byte[] survivor) {
            if (since.stream().allMatch(version -> version.length < survivor.length)
                    || since.stream().allMatch(version -> version.length > survivor.length)) {
                return false;
            }
            int sectors = (survivor.length + SECTOR - 1) / SECTOR;
            return IntStream.range(0, sectors).allMatch(sector -> allows(survivor, sector));
        }

        /** A sector is zeros, or as in some version, perhaps cut by a truncation. */
        private boolean allows(byte[] survivor, int sector) {
            byte[] bytes = sector(survivor, sector, survivor.length);
            return Arrays.equals(bytes, new byte[SECTOR])
                    || since.stream()
                            .anyMatch(version ->
                                    Stream.concat(Stream.of(survivor.length), cuts.stream())
                                            .map(cut ->
                                                    sector(
                                                            version,
                                                            sector,
                                                            Math.min(cut, survivor.length)))
                                            .anyMatch(s -> Arrays.equals(s, bytes)));
        }

        private static byte[] sector(byte[] content, int sector, int limit) {
            int from = Math.min(sector * SECTOR, content.length);
            int to = Math.min(Math.min(from + SECTOR, content.length), Math.max(from, limit));
            return Arrays.copyOf(Arrays.copyOfRange(content, from, to), SECTOR);
        }
    }

    @Seeded(runs = 300)
    void aCrashLeavesWhatWasForcedAndNothingThatNeverWas(long seed, RandomGenerator random)
            throws IOException {
        SimDisk disk = SimDisk.create(seed);
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 40; i++) {
                step(disk, random);
            }
            disk = disk.crash(random);
            compare(disk);
        }
    }

    private void step(SimDisk disk, RandomGenerator random) throws IOException {
        String name = "f" + random.nextInt(4);
        Path path = disk.root().resolve(name);
        Versions versions = files.computeIfAbsent(name, _ -> new Versions());
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE)) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    channel.force(false);
                    versions.forced();
                }
                case 1 -> {
                    long size = random.nextLong(channel.size() + 1);
                    channel.truncate(size);
                    versions.truncated((int) size);
                }
                case 2 -> {
                    try (FileChannel directory = FileChannel.open(disk.root())) {
                        directory.force(true);
                    }
                    files.values().forEach(file -> file.nameDurable = true);
                }
                default -> write(channel, versions, random);
            }
            assertThat(Files.readAllBytes(path)).isEqualTo(versions.now());
        }
    }

    private static void write(FileChannel channel, Versions versions, RandomGenerator random)
            throws IOException {
        byte[] bytes = new byte[random.nextInt(1, 9_000)];
        random.nextBytes(bytes);
        int position = random.nextInt((int) channel.size() + 1);
        channel.write(ByteBuffer.wrap(bytes), position);
        byte[] content =
                Arrays.copyOf(
                        versions.now(), Math.max(versions.now().length, position + bytes.length));
        System.arraycopy(bytes, 0, content, position, bytes.length);
        versions.changed(content);
    }

    private void compare(SimDisk survivors) throws IOException {
        for (var entry : List.copyOf(files.entrySet())) {
            Path path = survivors.root().resolve(entry.getKey());
            Versions versions = entry.getValue();
            if (!Files.exists(path)) {
                assertThat(versions.nameDurable).as(path + " was durable").isFalse();
                files.remove(entry.getKey());
                continue;
            }
            byte[] survivor = Files.readAllBytes(path);
            if (versions.since.size() == 1) {
                assertThat(survivor).as("%s, forced", path).isEqualTo(versions.now());
            }
            assertThat(versions.allows(survivor)).as("%s is a mixture", path).isTrue();
            versions.nameDurable = true;
            versions.changed(survivor);
            versions.forced();
        }
    }
}
