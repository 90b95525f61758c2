package mortise.bench.micro;

import java.util.concurrent.TimeUnit;
import mortise.broker.fetch.IncrementalFetches;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/** The session of an incremental fetch: of a thousand partitions ten have changed. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FetchSessionBenchmark {
    private static final int PARTITIONS = 1_000;
    private static final int CHANGED = 10;

    private IncrementalFetches fetches = new IncrementalFetches(PARTITIONS);

    @Benchmark
    public void incremental(Blackhole sink) {
        fetches.fetch(CHANGED, sink::consume);
    }
}
