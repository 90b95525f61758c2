package mortise.tck.consensus;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mortise.spi.consensus.ConsensusProvider;
import mortise.spi.consensus.ProposeOutcome;
import mortise.tck.sim.SimContext;
import mortise.tck.sim.SimDisk;
import org.jspecify.annotations.Nullable;

/**
 * The lives of a single member on a simulated disk, most of which end in a power cut. In each life
 * it must hear what was acknowledged or heard in an earlier one, at the same index, and beyond that
 * nothing but proposals whose end was left open, once each and in their order.
 */
public final class ConsensusCrashRun {
    private static final int LIVES = 6;

    private final ConsensusProvider provider;
    private final Map<String, String> settings;
    private final Consumer<SimDisk> faults;
    private final RandomGenerator random;
    private final List<String> trace = new ArrayList<>();
    private final Map<String, Integer> proposed = new LinkedHashMap<>();
    private final Set<String> refused = new HashSet<>();
    private final Map<Long, String> committed = new LinkedHashMap<>();
    private List<HeardEntry> heard = List.of();
    private SimDisk disk;
    private SimContext context;

    private ConsensusCrashRun(
            ConsensusProvider provider,
            Map<String, String> settings,
            long seed,
            Consumer<SimDisk> faults) {
        this.provider = provider;
        this.settings = settings;
        this.faults = faults;
        this.random = new SplittableRandom(seed);
        this.disk = SimDisk.create(seed);
        this.context = SimContext.on(disk, seed);
    }

    /**
     * Runs one seed.
     *
     * @throws AssertionError if an acknowledged proposal is missing, or something else appears
     */
    public static void run(ConsensusProvider provider, Map<String, String> settings, long seed) {
        run(provider, settings, seed, disk -> {});
    }

    /** Runs one seed on disks that something is done to first. */
    public static void run(
            ConsensusProvider provider,
            Map<String, String> settings,
            long seed,
            Consumer<SimDisk> faults) {
        ConsensusCrashRun run = new ConsensusCrashRun(provider, settings, seed, faults);
        try {
            run.run();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    e.getMessage()
                            + "\nwhat was done, latest last (seed "
                            + seed
                            + "):\n  "
                            + String.join("\n  ", run.trace),
                    e);
        }
    }

    private void run() {
        faults.accept(disk);
        for (int life = 0; life < LIVES; life++) {
            if (random.nextInt(4) > 0) {
                disk.cutPowerAfter(random.nextInt(80));
            }
            Member member = start();
            if (member != null) {
                compare(member);
                live(member, life);
            } else if (!disk.lostPower()) {
                throw new AssertionError("the member did not start");
            }
            if (random.nextInt(5) > 0 || disk.lostPower()) {
                crash();
            } else {
                trace.add("restart");
                context = context.restarted();
            }
        }
        disk.cutPowerAfter(Long.MAX_VALUE);
        try (Member member = Member.start(provider, settings, context)) {
            compare(member);
        }
    }

    private @Nullable Member start() {
        trace.add("start");
        try {
            return Member.start(provider, settings, context);
        } catch (RuntimeException e) {
            if (!disk.lostPower()) {
                throw e;
            }
            trace.add("  … and the power fails");
            return null;
        }
    }

    private void live(Member member, int life) {
        Map<String, CompletionStage<ProposeOutcome>> open = new LinkedHashMap<>();
        if (leads(member)) {
            int epoch = member.epoch();
            for (int i = random.nextInt(40); i > 0 && !disk.lostPower(); i--) {
                String record = "life " + life + " entry " + i + "-".repeat(random.nextInt(1_000));
                String name = HeardEntry.of(1, 1, Member.bytes(record)).records().getFirst();
                proposed.put(name, proposed.size());
                CompletionStage<ProposeOutcome> outcome = member.propose(epoch, record);
                open.put(name, outcome);
                if (random.nextInt(3) == 0) {
                    context.await(outcome);
                }
            }
        }
        trace.add("propose " + open.size());
        if (random.nextBoolean() && !disk.lostPower()) {
            trace.add("crash while proposals are open");
            crash();
        }
        member.close();
        open.forEach((name, outcome) -> settle(name, context.await(outcome)));
        assertThat(member.state().problems()).as("breaches of the contract").isEmpty();
        heard = member.state().entries();
    }

    private boolean leads(Member member) {
        context.awaitUntil(() -> disk.lostPower() || member.state().leading().isDone());
        return member.state().leading().isDone();
    }

    private void settle(String name, ProposeOutcome outcome) {
        switch (outcome) {
            case ProposeOutcome.Committed done -> committed.put(done.index(), name);
            case ProposeOutcome.Refused _ -> refused.add(name);
            case ProposeOutcome.Indeterminate _ -> {}
        }
    }

    private void crash() {
        if (disk != context.disk().orElse(disk)) {
            return;
        }
        trace.add("crash; acknowledged so far " + committed.size());
        SimDisk survivors = disk.crash(random);
        faults.accept(survivors);
        context = context.restartedOn(survivors);
        disk = survivors;
    }

    /** What the member heard at its start against what is known of earlier lives. */
    private void compare(Member member) {
        List<HeardEntry> now = member.state().entries();
        trace.add("heard up to " + (now.isEmpty() ? 0 : now.getLast().index()));
        assertThat(member.state().problems()).as("breaches of the contract").isEmpty();
        for (int i = 0; i < heard.size(); i++) {
            assertThat(i < now.size() ? now.get(i) : null)
                    .as("entry heard in an earlier life")
                    .isEqualTo(heard.get(i));
        }
        Map<Long, String> byIndex = new LinkedHashMap<>();
        Set<String> seen = new HashSet<>();
        int last = -1;
        for (HeardEntry entry : now) {
            if (entry.records().isEmpty()) {
                continue;
            }
            String name = entry.records().getFirst();
            byIndex.put(entry.index(), name);
            assertThat(proposed).as("entry %s was proposed", entry).containsKey(name);
            assertThat(refused).as("entry %s was refused", entry).doesNotContain(name);
            assertThat(seen.add(name)).as("entry %s is there once", entry).isTrue();
            int order = proposed.getOrDefault(name, -1);
            assertThat(order).as("place of %s among the proposals", entry).isGreaterThan(last);
            last = order;
        }
        assertThat(byIndex).as("entries after the restart").containsAllEntriesOf(committed);
        heard = now;
    }
}
