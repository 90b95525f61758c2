package mortise.broker.fetch;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import mortise.api.TopicId;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchRequest.FetchPartition;
import mortise.wire.message.FetchRequest.FetchTopic;
import mortise.wire.message.FetchRequest.ForgottenTopic;

/**
 * The partitions that a client fetches (KIP-227), and which of them have something to tell. A
 * session without an ID lasts for one request.
 *
 * <p><b>Ready</b> are the interests that a fetch must look at: those that a request named, those
 * that were marked, and those that still have data or an error to tell. All others are at the end
 * of their partition and cost nothing.
 *
 * <p><b>Confinement.</b> One fetch owns the session from {@link #begin} to {@link #end}, also while
 * it is parked; everything but the state, the epoch and the marks belongs to the owner.
 */
final class FetchSession {
    /** The ID of a session that is none. */
    static final int NO_ID = 0;

    /** The longest name of a topic that a session keeps; no topic has a longer one. */
    static final int LONGEST_NAME = 249;

    private static final int FREE = 0;
    private static final int OWNED = 1;
    private static final int CLOSED = 2;
    private static final int OWNED_AND_CLOSED = 3;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(FetchSession.class, "state", int.class);
        } catch (ReflectiveOperationException missing) {
            throw new ExceptionInInitializerError(missing);
        }
    }

    /** A partition within a session. */
    private record Key(FetchTopicKey topic, int index) {}

    private final int id;
    private final boolean byTopicId;
    private final DirtyMarks marks = new DirtyMarks();
    private final Map<Key, FetchInterest> interests = new LinkedHashMap<>();
    private List<FetchInterest> ready = new ArrayList<>();
    private List<FetchInterest> spare = new ArrayList<>();
    private boolean watching;

    @SuppressWarnings("UnusedVariable") // through STATE
    private volatile int state = OWNED;

    /** The epoch that the next request must carry. */
    private volatile int nextEpoch = 1;

    private volatile long usedNanos;
    private volatile int size;

    /** A session owned by the request that begins it. */
    FetchSession(int id, boolean byTopicId, long nowNanos) {
        this.id = id;
        this.byTopicId = byTopicId;
        this.usedNanos = nowNanos;
    }

    int id() {
        return id;
    }

    boolean byTopicId() {
        return byTopicId;
    }

    DirtyMarks marks() {
        return marks;
    }

    int nextEpoch() {
        return nextEpoch;
    }

    long usedNanos() {
        return usedNanos;
    }

    /** How many partitions. */
    int size() {
        return size;
    }

    /**
     * Takes ownership for a request of this epoch; false if the session is owned, closed or beyond
     * it.
     */
    boolean begin(int epoch, long nowNanos) {
        if (nextEpoch != epoch || !STATE.compareAndSet(this, FREE, OWNED)) {
            return false;
        }
        if (nextEpoch != epoch) {
            end();
            return false;
        }
        usedNanos = nowNanos;
        nextEpoch = epoch == Integer.MAX_VALUE ? 1 : epoch + 1;
        return true;
    }

    /** Gives ownership up; a session that was closed meanwhile lets go of its partitions. */
    void end() {
        if (id == NO_ID || !STATE.compareAndSet(this, OWNED, FREE)) {
            unwatchAll();
        }
    }

    /** Ends the session, now or when its owner is done; false if that has happened before. */
    boolean close() {
        while (true) {
            int seen = (int) STATE.getVolatile(this);
            if (seen == CLOSED || seen == OWNED_AND_CLOSED) {
                return false;
            }
            int next = seen == FREE ? CLOSED : OWNED_AND_CLOSED;
            if (STATE.compareAndSet(this, seen, next)) {
                if (next == CLOSED) {
                    unwatchAll();
                }
                return true;
            }
        }
    }

    boolean owned() {
        int seen = (int) STATE.getVolatile(this);
        return seen == OWNED || seen == OWNED_AND_CLOSED;
    }

    /**
     * Takes what a request names and what it forgets.
     *
     * @return whether it has more partitions now
     */
    boolean update(FetchRequest request, FetchSources sources) {
        int before = size;
        for (FetchTopic topic : request.topics()) {
            FetchTopicKey key = key(topic.topicId(), topic.topic());
            for (FetchPartition partition : topic.partitions()) {
                name(key, partition, sources);
            }
        }
        for (ForgottenTopic topic : request.forgottenTopicsData()) {
            FetchTopicKey key = key(topic.topicId(), topic.topic());
            for (int index : topic.partitions()) {
                FetchInterest gone = interests.remove(new Key(key, index));
                if (gone != null) {
                    gone.forget();
                }
            }
        }
        size = interests.size();
        return size > before;
    }

    private FetchTopicKey key(UUID topicId, String name) {
        return byTopicId ? FetchTopicKey.of(new TopicId(topicId)) : FetchTopicKey.of(name);
    }

    private void name(FetchTopicKey topic, FetchPartition request, FetchSources sources) {
        Key key = new Key(topic, request.partition());
        FetchInterest interest = interests.get(key);
        if (interest == null) {
            interest = new FetchInterest(marks, topic, request.partition());
            interests.put(key, interest);
            if (watching) {
                interest.partition(sources);
                interest.watch();
            }
        }
        interest.update(request);
        makeReady(interest);
    }

    private void makeReady(FetchInterest interest) {
        if (!interest.ready() && !interest.forgotten()) {
            interest.ready(true);
            ready.add(interest);
        }
    }

    /** Puts what was marked among the ready. */
    void takeMarks() {
        marks.take(mark -> makeReady((FetchInterest) mark));
    }

    /** What a fetch must look at, in the order in which it should get room. */
    List<FetchInterest> ready() {
        return ready;
    }

    boolean isEmpty() {
        return interests.isEmpty();
    }

    boolean watching() {
        return watching;
    }

    /** Registers every interest with its partition. */
    void watchAll(FetchSources sources) {
        watching = true;
        for (FetchInterest interest : interests.values()) {
            interest.partition(sources);
            interest.watch();
        }
    }

    private void unwatchAll() {
        if (watching) {
            watching = false;
            interests.values().forEach(FetchInterest::unwatch);
        }
    }

    /**
     * Keeps as ready what has more to tell after a look. What got data goes behind what had to wait
     * for room.
     *
     * @param answered whether the answers have gone out
     */
    void settle(boolean answered) {
        List<FetchInterest> kept = spare;
        for (FetchInterest interest : ready) {
            if (interest.starved() && !interest.forgotten()) {
                kept.add(interest);
            }
        }
        for (FetchInterest interest : ready) {
            if (interest.starved() && !interest.forgotten()) {
                continue;
            }
            if (!interest.forgotten() && hasMore(interest, answered)) {
                kept.add(interest);
            } else {
                interest.ready(false);
            }
        }
        ready.clear();
        spare = ready;
        ready = kept;
    }

    private static boolean hasMore(FetchInterest interest, boolean answered) {
        var answer = interest.answer();
        if (answer == null) {
            return false;
        }
        var records = answer.records();
        return !answered
                || answer.errorCode() != 0
                || (records != null && records.sizeInBytes() > 0)
                || answer.divergingEpoch().epoch() >= 0;
    }
}
