package mortise.tck.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.io.TempDir;

/** A simulated disk does what the machine's file system does, result by result. */
class SimDiskParityTest {
    private static final int STEPS = 150;
    private static final int KINDS = 19;

    /** Something done to a directory, with a result in words. */
    private interface Step {
        String run(Path directory, List<FileChannel> open) throws IOException;
    }

    @Seeded(runs = 100)
    void everyStepHasTheSameOutcomeOnARealFileSystem(
            long seed, RandomGenerator random, @TempDir Path real) throws IOException {
        Path sim = SimDisk.create(seed).root().resolve("work");
        Files.createDirectory(sim);
        List<FileChannel> simOpen = new ArrayList<>();
        List<FileChannel> realOpen = new ArrayList<>();
        try {
            for (int i = 0; i < STEPS; i++) {
                int kind = random.nextInt(KINDS);
                Step step = anyStep(kind, random);
                String mine = outcome(step, sim, simOpen);
                String theirs = outcome(step, real, realOpen);
                assertThat(mine).as("step %s of kind %s", i, kind).isEqualTo(theirs);
            }
            assertThat(tree(sim)).isEqualTo(tree(real));
        } finally {
            for (FileChannel channel : realOpen) {
                channel.close();
            }
        }
    }

    private static String outcome(Step step, Path directory, List<FileChannel> open) {
        try {
            return step.run(directory, open);
        } catch (java.nio.file.FileSystemException e) {
            return e.getClass().getSimpleName();
        } catch (IOException | RuntimeException e) {
            return e.getClass().getSimpleName() + ": " + e.getMessage();
        }
    }

    private static Step anyStep(int kind, RandomGenerator random) {
        String name = name(random);
        String other = name(random);
        int size = random.nextInt(10_000);
        long position = random.nextInt(20_000);
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        int channel = random.nextInt(1 << 20);
        return switch (kind) {
            case 0 -> open(name, StandardOpenOption.READ);
            case 1 -> open(name, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            case 2 ->
                    open(
                            name,
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            case 3 -> open(name, StandardOpenOption.APPEND);
            case 4 -> open(name, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
            case 5 -> on(channel, file -> "" + file.write(ByteBuffer.wrap(bytes)));
            case 6 -> on(channel, file -> "" + file.write(ByteBuffer.wrap(bytes), position));
            case 7 ->
                    on(
                            channel,
                            file ->
                                    file.write(
                                                    new ByteBuffer[] {
                                                        ByteBuffer.wrap(bytes, 0, size / 2),
                                                        ByteBuffer.wrap(
                                                                bytes, size / 2, size - size / 2)
                                                    })
                                            + " at "
                                            + file.position());
            case 8 -> on(channel, file -> read(file, size));
            case 9 ->
                    on(
                            channel,
                            file -> {
                                ByteBuffer target = ByteBuffer.allocate(size);
                                return file.read(target, position) + digest(target);
                            });
            case 10 ->
                    on(channel, file -> file.truncate(position).size() + " at " + file.position());
            case 11 -> on(channel, file -> "" + file.position(position).position());
            case 12 ->
                    on(
                            channel,
                            file -> {
                                file.force(true);
                                return "size " + file.size();
                            });
            case 13 ->
                    on(
                            channel,
                            file -> {
                                java.io.ByteArrayOutputStream out =
                                        new java.io.ByteArrayOutputStream();
                                return file.transferTo(position, size, Channels.newChannel(out))
                                        + "="
                                        + Arrays.hashCode(out.toByteArray());
                            });
            case 14 ->
                    (directory, open) -> {
                        Files.move(
                                directory.resolve(name),
                                directory.resolve(other),
                                StandardCopyOption.ATOMIC_MOVE);
                        return "moved";
                    };
            case 15 ->
                    (directory, open) -> {
                        Files.move(directory.resolve(name), directory.resolve(other));
                        return "moved";
                    };
            case 16 -> (directory, open) -> "" + Files.deleteIfExists(directory.resolve(name));
            case 17 ->
                    (directory, open) ->
                            Files.createDirectories(directory.resolve(name)).getFileName() + "";
            default ->
                    (directory, open) ->
                            Files.exists(directory.resolve(name))
                                    + " "
                                    + Files.isDirectory(directory.resolve(name))
                                    + " "
                                    + Files.readString(
                                                    Files.writeString(
                                                            directory.resolve(other), "x" + size))
                                            .length();
        };
    }

    private static String name(RandomGenerator random) {
        return switch (random.nextInt(6)) {
            case 0 -> "a";
            case 1 -> "b";
            case 2 -> "dir";
            case 3 -> "dir/a";
            case 4 -> "dir/inner";
            default -> "c";
        };
    }

    private static Step open(String name, StandardOpenOption... options) {
        return (directory, open) -> {
            if (Files.isDirectory(directory.resolve(name))) {
                // what a channel to a directory does beyond forcing differs between file systems
                return "directory";
            }
            open.add(FileChannel.open(directory.resolve(name), options));
            return "opened " + open.size();
        };
    }

    /** What is done to an open channel. */
    private interface Use {
        String on(FileChannel file) throws IOException;
    }

    private static Step on(int choice, Use use) {
        return (directory, open) ->
                open.isEmpty() ? "none" : use.on(open.get(choice % open.size()));
    }

    private static String read(FileChannel file, int size) throws IOException {
        ByteBuffer[] targets = {ByteBuffer.allocate(size / 3), ByteBuffer.allocate(size)};
        return file.read(targets) + digest(targets[0]) + digest(targets[1]);
    }

    private static String digest(ByteBuffer target) {
        return "=" + target.position() + "/" + target.flip().hashCode();
    }

    private static List<String> tree(Path root) throws IOException {
        List<String> lines = new ArrayList<>();
        try (var paths = Files.walk(root)) {
            for (Path path : (Iterable<Path>) paths.sorted()::iterator) {
                String content =
                        Files.isDirectory(path)
                                ? "directory"
                                : Arrays.hashCode(Files.readAllBytes(path)) + "";
                lines.add(root.relativize(path) + " " + content);
            }
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(root, "[ab]*")) {
            List<String> matched = new ArrayList<>();
            stream.forEach(path -> matched.add(path.getFileName().toString()));
            matched.sort(null);
            lines.addAll(matched);
        }
        return lines;
    }
}
