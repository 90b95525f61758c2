package mortise.consensus.raft.disk;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import mortise.consensus.raft.MemberUnderTest;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;

/**
 * Whatever happens to the bytes of a directory, a start either finds everything that was durable,
 * or is refused.
 */
class CorruptionTest {
    private static final Map<String, String> SMALL =
            Map.of(
                    "consensus.raft.segment-bytes", "1KiB",
                    "consensus.raft.snapshot-entries", "30");

    /** How a start from damaged files ended. */
    private enum Outcome {
        COMPLETE,
        REFUSED
    }

    @Seeded(runs = 1500)
    void noDamageAfterACleanStopLosesAnEntry(long seed, RandomGenerator random) throws IOException {
        SimContext context = SimContext.on(SimDisk.create(seed), seed);
        List<String> expected;
        try (MemberUnderTest member = MemberUnderTest.open(context, SMALL)) {
            work(member, random);
            expected = member.heard().records();
        }
        int damages = 1 + random.nextInt(3);
        for (int i = 0; i < damages; i++) {
            damage(anyFile(context, random), random);
        }
        if (!Files.exists(context.dataDirectory().resolve("identity"))
                && !Files.exists(context.dataDirectory().resolve("ballot"))) {
            // All three files of a small directory may be gone: then it is a new one.
            expected = List.of();
        }
        assertCompleteOrRefused(context, expected);
    }

    @Seeded(runs = 500)
    void noFlippedBitAfterAKillLosesAnEntry(long seed, RandomGenerator random) throws IOException {
        SimDisk disk = SimDisk.create(seed);
        SimContext context = SimContext.on(disk, seed);
        MemberUnderTest member = MemberUnderTest.open(context, SMALL);
        work(member, random);
        member.idle();
        List<String> expected = member.heard().records();
        disk.syncAll();
        SimDisk survivors = disk.crash(random);
        SimContext after = context.restartedOn(survivors);
        Path file = anyFile(after, random);
        long size = Files.size(file);
        if (size > 0) {
            survivors.flipBit(file, random.nextLong(size), random.nextInt(8));
        }
        assertCompleteOrRefused(after, expected);
    }

    private static void work(MemberUnderTest member, RandomGenerator random) throws IOException {
        int turns = random.nextInt(80);
        for (int turn = 0; turn < turns; turn++) {
            member.commit("a" + turn, "b" + "x".repeat(random.nextInt(100)));
            if (random.nextInt(3) == 0) {
                member.idle();
            }
        }
    }

    private static Path anyFile(SimContext context, RandomGenerator random) throws IOException {
        try (Stream<Path> files = Files.list(context.dataDirectory())) {
            List<Path> all = files.sorted().toList();
            return all.get(random.nextInt(all.size()));
        }
    }

    private static void damage(Path file, RandomGenerator random) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int from = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        int length = bytes.length == 0 ? 0 : 1 + random.nextInt(bytes.length - from);
        switch (random.nextInt(7)) {
            case 0 -> Files.delete(file);
            case 1 -> Files.write(file, Arrays.copyOf(bytes, from));
            case 2 -> Files.write(file, zeroed(bytes, from, length));
            case 3 -> Files.write(file, scrambled(bytes, from, length, random));
            case 4 -> Files.write(file, Arrays.copyOf(bytes, bytes.length + 1 + length));
            case 5 -> Files.write(file, moved(bytes, from, length, random));
            default -> {
                if (bytes.length > 0) {
                    bytes[from] ^= (byte) (1 << random.nextInt(8));
                    Files.write(file, bytes);
                }
            }
        }
    }

    private static byte[] zeroed(byte[] bytes, int from, int length) {
        byte[] result = bytes.clone();
        Arrays.fill(result, from, from + length, (byte) 0);
        return result;
    }

    private static byte[] scrambled(byte[] bytes, int from, int length, RandomGenerator random) {
        byte[] result = bytes.clone();
        for (int i = from; i < from + length; i++) {
            result[i] = (byte) random.nextInt();
        }
        return result;
    }

    private static byte[] moved(byte[] bytes, int from, int length, RandomGenerator random) {
        byte[] result = bytes.clone();
        int to = result.length == 0 ? 0 : random.nextInt(result.length - length + 1);
        System.arraycopy(bytes, from, result, to, length);
        return result;
    }

    private static void assertCompleteOrRefused(SimContext context, List<String> expected)
            throws IOException {
        Outcome outcome;
        try (MemberUnderTest member = MemberUnderTest.open(context, SMALL)) {
            assertThat(member.heard().records()).isEqualTo(expected);
            member.commit("goes on");
            outcome = Outcome.COMPLETE;
        } catch (IllegalStateException refused) {
            assertThat(refused.getMessage()).contains("expected");
            outcome = Outcome.REFUSED;
        }
        if (outcome == Outcome.COMPLETE) {
            try (MemberUnderTest member = MemberUnderTest.open(context, SMALL)) {
                List<String> more = new ArrayList<>(expected);
                more.add("goes on");
                assertThat(member.heard().records()).isEqualTo(more);
            }
        }
    }
}
