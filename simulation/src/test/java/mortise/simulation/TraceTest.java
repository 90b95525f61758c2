package mortise.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A seed is a run: whoever has the seed has every event of it. */
class TraceTest {
    @TempDir Path directory;

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 5, 12})
    void aSeedGivesTheSameEventsInAnotherProcess(long seed) throws Exception {
        List<String> here = new ArrayList<>();
        Simulation.run(seed, here::add);

        List<String> there = inAnotherProcess(seed);

        assertThat(here).hasSizeGreaterThan(1_000);
        assertThat(there).isEqualTo(here);
    }

    @Test
    void anotherSeedGivesOtherEvents() {
        Simulation.Result one = Simulation.run(3, null);
        Simulation.Result another = Simulation.run(4, null);

        assertThat(another.traceHash()).isNotEqualTo(one.traceHash());
    }

    /** With other hashes of objects, another time zone, another language and other memory. */
    private List<String> inAnotherProcess(long seed) throws IOException, InterruptedException {
        Path trace = directory.resolve("trace");
        Path output = directory.resolve("output");
        int ended =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Xmx700m",
                                "-XX:+UseParallelGC",
                                "-XX:+UnlockExperimentalVMOptions",
                                "-XX:hashCode=2",
                                "-Duser.timezone=Asia/Kathmandu",
                                "-Duser.language=tr",
                                "--sun-misc-unsafe-memory-access=allow",
                                "-cp",
                                System.getProperty("java.class.path"),
                                TraceWriter.class.getName(),
                                String.valueOf(seed),
                                trace.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start()
                        .waitFor();
        assertThat(ended).as(Files.readString(output)).isZero();
        return Files.readAllLines(trace);
    }
}
