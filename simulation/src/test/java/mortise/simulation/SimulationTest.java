package mortise.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import mortise.simulation.fault.FaultCount;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** The whole broker under seeds: docs/simulation.md. */
class SimulationTest {
    private static final String SEED = "mortise.seed";
    private static final String DEEP = "mortise.simulation.deep";
    private static final String TRACE = "mortise.simulation.trace";

    /** Every kind of fault is met many times in so many seeds. */
    private static final long SEEDS_FOR_EVERY_FAULT = 100;

    /** Where a run of many seeds goes on after it was interrupted. */
    private static final Path PROGRESS = Path.of("target", "deep-seeds.txt");

    @Test
    @DisabledIfSystemProperty(named = SEED, matches = ".*")
    @DisabledIfSystemProperty(named = DEEP, matches = ".*")
    void aMinuteOfSeedsKeepsEveryPromise() {
        Duration budget = Duration.ofSeconds(Long.getLong("mortise.simulation.seconds", 60));
        Tally tally = new Tally(0);

        tally.run(Long.MAX_VALUE, budget);

        System.out.println("simulation: " + tally);
        assertThat(tally.failures).as("seeds that failed").isEmpty();
        assertThat(tally.faults.missing()).as("kinds of faults that were never met").isEmpty();
    }

    @Test
    @EnabledIfSystemProperty(named = SEED, matches = ".*")
    void oneSeedKeepsEveryPromise() throws IOException {
        String trace = System.getProperty(TRACE);
        try (Writer out =
                trace == null ? Writer.nullWriter() : Files.newBufferedWriter(Path.of(trace))) {
            System.out.println("simulation: " + Simulation.run(Long.getLong(SEED), lines(out)));
        }
    }

    /** Goes on where the last call stopped, for half an hour at most. */
    @Test
    @EnabledIfSystemProperty(named = DEEP, matches = "\\d+")
    void manySeedsKeepEveryPromise() throws IOException {
        long wanted = Long.getLong(DEEP);
        Tally tally = new Tally(progress());

        tally.run(wanted, Duration.ofMinutes(Long.getLong("mortise.simulation.deep.minutes", 30)));

        Files.writeString(PROGRESS, String.valueOf(tally.next));
        System.out.println(
                "simulation: "
                        + tally.next
                        + " of "
                        + wanted
                        + " seeds are done; "
                        + tally
                        + (tally.next < wanted ? "; run it again to go on" : ""));
        assertThat(tally.failures).as("seeds that failed").isEmpty();
    }

    private static long progress() throws IOException {
        return Files.exists(PROGRESS) ? Long.parseLong(Files.readString(PROGRESS).strip()) : 0;
    }

    private static Consumer<String> lines(Writer out) {
        return line -> {
            try {
                out.write(line);
                out.write('\n');
            } catch (IOException failure) {
                throw new UncheckedIOException("cannot write the trace", failure);
            }
        };
    }

    /** What a row of seeds came to. */
    private static final class Tally {
        private final List<Long> failures = new ArrayList<>();
        private final FaultCount faults = new FaultCount();
        private final long first;
        private long next;
        private long acknowledged;
        private long read;
        private long nanos;

        Tally(long first) {
            this.first = first;
            this.next = first;
        }

        /**
         * Runs seeds up to a number, as long as there is time. On a busy machine that may be few:
         * it goes on for a while if a kind of fault was not met yet.
         */
        void run(long end, Duration budget) {
            long begun = System.nanoTime();
            while (next < end && (nanos < budget.toNanos() || mayMeetMore())) {
                runNext();
                nanos = System.nanoTime() - begun;
            }
        }

        private boolean mayMeetMore() {
            return next - first < SEEDS_FOR_EVERY_FAULT && !faults.missing().isEmpty();
        }

        private void runNext() {
            long seed = next++;
            try {
                Simulation.Result result = Simulation.run(seed, null);
                faults.add(result.faults());
                acknowledged += result.acknowledged();
                read += result.read();
            } catch (SimulationFailure failure) {
                failures.add(seed);
                System.out.println(failure.getMessage());
            }
        }

        @Override
        public String toString() {
            long seeds = next - first;
            return seeds
                    + " seeds ("
                    + first
                    + " to "
                    + (next - 1)
                    + ") in "
                    + Duration.ofNanos(nanos).toSeconds()
                    + " s, "
                    + (seeds == 0 ? 0 : nanos / seeds / 1_000_000)
                    + " ms each, "
                    + failures.size()
                    + " failed; "
                    + acknowledged
                    + " records acknowledged, "
                    + read
                    + " read; faults met: "
                    + faults;
        }
    }
}
