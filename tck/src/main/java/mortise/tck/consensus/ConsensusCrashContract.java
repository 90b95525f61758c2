package mortise.tck.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.random.RandomGenerator;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.jspecify.annotations.Nullable;

/** What a member that keeps its log on disk knows after a crash, or after damage. */
public interface ConsensusCrashContract extends QuorumUnderTest {
    /** Every acknowledged proposal survives, and nothing else appears. */
    @Seeded(runs = 150)
    default void acknowledgedProposalsSurviveCrashes(long seed) {
        ConsensusCrashRun.run(provider(), settings(), seed);
    }

    /** The same while snapshots are taken and old log is dropped. */
    @Seeded(runs = 150)
    default void acknowledgedProposalsSurviveCrashesAroundSnapshots(long seed) {
        ConsensusCrashRun.run(provider(), frequentSnapshots(), seed);
    }

    /**
     * A flipped bit anywhere is harmless, or stops the start with a message that names the file; it
     * never loses an entry silently. The last entry alone may be taken for a torn write.
     */
    @Seeded(runs = 100)
    default void damageIsNeverSilent(long seed, RandomGenerator random) throws IOException {
        SimDisk disk = SimDisk.create(seed);
        SimContext context = SimContext.on(disk, seed);
        List<HeardEntry> before;
        try (Member member = Member.start(this, context)) {
            for (int i = random.nextInt(10, 60); i > 0; i--) {
                member.commit("entry " + i + "-".repeat(random.nextInt(300)));
            }
            before = member.state().entries();
        }
        Path damaged = anyFile(context.dataDirectory(), random);
        long position = random.nextLong(Files.size(damaged));
        disk.flipBit(damaged, position, random.nextInt(8));
        String what = "bit flipped at " + position + " of " + damaged;
        SimContext again = context.restarted();
        Member member;
        try {
            member = Member.start(this, again);
        } catch (IllegalStateException refused) {
            assertThat(messages(refused)).as(what).contains(fileName(damaged));
            return;
        }
        try (member) {
            String failure = failureOrLeadership(member);
            if (failure != null) {
                assertThat(failure).as(what).contains(fileName(damaged));
                return;
            }
            List<HeardEntry> now = member.state().entries();
            assertThat(now.size())
                    .as("entries heard, %s", what)
                    .isGreaterThanOrEqualTo(before.size() - 1);
            int common = Math.min(now.size(), before.size());
            assertThat(now.subList(0, common)).as(what).isEqualTo(before.subList(0, common));
            member.check();
        }
    }

    private static @Nullable String failureOrLeadership(Member member) {
        HeardState state = member.state();
        assertThat(
                        member.context()
                                .awaitUntil(
                                        () -> state.failure() != null || state.leading().isDone()))
                .as("the member leads or fails")
                .isTrue();
        return state.failure();
    }

    private static Path anyFile(Path directory, RandomGenerator random) throws IOException {
        try (var paths = Files.walk(directory)) {
            List<Path> files =
                    paths.filter(path -> Files.isRegularFile(path) && !isEmpty(path))
                            .sorted()
                            .toList();
            return files.get(random.nextInt(files.size()));
        }
    }

    private static boolean isEmpty(Path path) {
        try {
            return Files.size(path) == 0;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static String fileName(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static String messages(@Nullable Throwable thrown) {
        return thrown == null ? "" : thrown.getMessage() + " " + messages(thrown.getCause());
    }
}
