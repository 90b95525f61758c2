package mortise.broker.fetch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import mortise.wire.message.FetchRequest;

/**
 * Incremental fetches of one session, to be measured: each finds the partitions that have changed.
 * What the partitions say is left out. Confined to one thread.
 */
public final class IncrementalFetches {
    /** Has no divisor in common with a round number, so that all partitions have their turn. */
    private static final int STRIDE = 97;

    private static final int SESSION_ID = 4711;

    /** Nobody is asked for partitions that a session does not watch. */
    @SuppressWarnings("NullAway")
    private static final FetchSources NONE = null;

    private final FetchRequest nothingNew = new FetchRequest();
    private final FetchSession session = new FetchSession(SESSION_ID, false, 0);
    private final List<FetchInterest> interests;
    private int next;

    /** A session with so many partitions, none of which has changed. */
    public IncrementalFetches(int partitions) {
        boolean _ = session.update(naming(partitions), NONE);
        interests = new ArrayList<>(session.ready());
        session.settle(true);
        session.end();
    }

    private static FetchRequest naming(int partitions) {
        return new FetchRequest()
                .topics(
                        List.of(
                                new FetchRequest.FetchTopic()
                                        .topic("orders")
                                        .partitions(
                                                IntStream.range(0, partitions)
                                                        .mapToObj(i ->
                                                                new FetchRequest.FetchPartition()
                                                                        .partition(i))
                                                        .toList())));
    }

    /**
     * Has some partitions change, and fetches.
     *
     * @param found is given each that the fetch must look at
     */
    public void fetch(int changed, Consumer<Object> found) {
        for (int i = 0; i < changed; i++) {
            next = (next + STRIDE) % interests.size();
            interests.get(next).progressed();
        }
        if (!session.begin(session.nextEpoch(), 0)) {
            throw new IllegalStateException("the session is not free");
        }
        boolean _ = session.update(nothingNew, NONE);
        session.takeMarks();
        for (FetchInterest ready : session.ready()) {
            found.accept(ready);
        }
        session.settle(true);
        session.end();
    }
}
