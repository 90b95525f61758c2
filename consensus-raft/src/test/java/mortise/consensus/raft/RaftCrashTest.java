package mortise.consensus.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import mortise.spi.consensus.ProposeOutcome;
import mortise.spi.consensus.ProposeOutcome.Committed;
import mortise.tck.sim.Seeded;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.junit.jupiter.api.Test;

/** A member that loses power at any change to its disk, again and again, against a model. */
class RaftCrashTest {
    private static final Map<String, String> SMALL =
            Map.of(
                    "consensus.raft.segment-bytes", "1KiB",
                    "consensus.raft.snapshot-entries", "25");
    private static final int CRASHES = 6;

    @Seeded(runs = 400)
    void whatWasCommittedSurvivesEveryCrash(long seed, RandomGenerator random) {
        assertThat(lostEntries(seed, random, false)).isEmpty();
    }

    @Test
    void theModelNoticesADiskThatForgetsToForce() {
        int caught = 0;
        for (long seed = 0; seed < 20; seed++) {
            RandomGenerator random = new SplittableRandom(seed);
            if (!lostEntries(seed, random, true).isEmpty()) {
                caught++;
            }
        }
        assertThat(caught).isGreaterThan(15);
    }

    /** Runs one seed, and says what went wrong. */
    private static List<String> lostEntries(long seed, RandomGenerator random, boolean forgetful) {
        SimDisk disk = SimDisk.create(seed);
        SimContext context = SimContext.on(disk, seed);
        List<String> committed = new ArrayList<>();
        List<String> uncertain = new ArrayList<>();
        int epoch = 0;
        for (int crash = 0; crash <= CRASHES; crash++) {
            boolean last = crash == CRASHES;
            if (forgetful) {
                disk.ignoreForces(path -> true);
            }
            if (!last) {
                disk.shortWrites(random.nextBoolean());
                disk.cutPowerAfter(random.nextInt(random.nextBoolean() ? 12 : 120));
            }
            try (MemberUnderTest member = MemberUnderTest.open(context, SMALL)) {
                List<String> heard = member.heard().records();
                if (!isCommittedAndSomeUncertain(heard, committed, uncertain)) {
                    return List.of("committed " + committed + " but heard " + heard);
                }
                if (member.epoch() <= epoch) {
                    return List.of("epoch " + member.epoch() + " after " + epoch);
                }
                epoch = member.epoch();
                committed = new ArrayList<>(heard);
                uncertain.clear();
                if (!last) {
                    work(member, random, committed, uncertain);
                }
            } catch (IOException powerLost) {
                assertThat(disk.lostPower()).isTrue();
            } catch (IllegalStateException refused) {
                return List.of("did not start: " + refused.getMessage());
            }
            if (!last) {
                disk = disk.crash(random);
                context = context.restartedOn(disk);
            }
        }
        return List.of();
    }

    private static void work(
            MemberUnderTest member,
            RandomGenerator random,
            List<String> committed,
            List<String> uncertain)
            throws IOException {
        int turns = random.nextInt(60);
        for (int turn = 0; turn < turns; turn++) {
            String[] group = new String[1 + random.nextInt(4)];
            for (int i = 0; i < group.length; i++) {
                group[i] =
                        (committed.size() + i)
                                + "."
                                + random.nextInt(1000)
                                + "x".repeat(random.nextInt(random.nextInt(20) == 0 ? 3000 : 60));
            }
            uncertain.addAll(List.of(group));
            for (ProposeOutcome outcome : member.propose(group)) {
                assertThat(outcome).isInstanceOf(Committed.class);
            }
            committed.addAll(List.of(group));
            uncertain.clear();
            if (random.nextBoolean()) {
                member.idle();
            }
        }
    }

    private static boolean isCommittedAndSomeUncertain(
            List<String> heard, List<String> committed, List<String> uncertain) {
        List<String> most = new ArrayList<>(committed);
        most.addAll(uncertain);
        return heard.size() >= committed.size()
                && heard.size() <= most.size()
                && heard.equals(most.subList(0, heard.size()));
    }
}
