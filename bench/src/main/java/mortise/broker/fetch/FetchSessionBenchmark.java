package mortise.broker.fetch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import mortise.wire.message.FetchRequest;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * The session of an incremental fetch: of a thousand partitions ten have changed, and the fetch
 * finds them. What the partitions say is left out.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class FetchSessionBenchmark {
    private static final int PARTITIONS = 1_000;
    private static final int CHANGED = 10;

    /** Nobody is asked for partitions that a session does not watch. */
    @SuppressWarnings("NullAway")
    private static final FetchSources NONE = null;

    private FetchRequest nothingNew = new FetchRequest();
    private FetchSession session;
    private List<FetchInterest> interests;
    private int next;

    @Setup
    public void begin() {
        session = new FetchSession(4711, false, 0);
        boolean _ = session.update(all(), NONE);
        interests = new ArrayList<>(session.ready());
        session.settle(true);
        session.end();
    }

    private static FetchRequest all() {
        return new FetchRequest()
                .topics(
                        List.of(
                                new FetchRequest.FetchTopic()
                                        .topic("orders")
                                        .partitions(
                                                IntStream.range(0, PARTITIONS)
                                                        .mapToObj(i ->
                                                                new FetchRequest.FetchPartition()
                                                                        .partition(i)
                                                                        .partitionMaxBytes(1 << 20))
                                                        .toList())));
    }

    @Benchmark
    public void incremental(Blackhole sink) {
        for (int i = 0; i < CHANGED; i++) {
            next = (next + 97) % PARTITIONS;
            interests.get(next).progressed();
        }
        if (!session.begin(session.nextEpoch(), 0)) {
            throw new IllegalStateException("the session is not free");
        }
        sink.consume(session.update(nothingNew, NONE));
        session.takeMarks();
        for (FetchInterest ready : session.ready()) {
            sink.consume(ready);
        }
        session.settle(true);
        session.end();
    }
}
