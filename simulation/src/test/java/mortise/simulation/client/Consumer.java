package mortise.simulation.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongConsumer;
import mortise.api.ErrorCode;
import mortise.api.Timers;
import mortise.simulation.check.PartitionLedger;
import mortise.simulation.check.Violation;
import mortise.simulation.world.Delays;
import mortise.wire.ApiKey;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsResponse;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of every partition that metadata tells of, with a fetch session (KIP-227) or without.
 */
final class Consumer extends SimClient {
    private static final int FULL = 0;
    private static final int SESSIONLESS = -1;
    private static final long EARLIEST = -2;
    private static final long LATEST = -1;
    private static final int PARTITION_BYTES = 4 * 1_024;
    private static final int WRONG_EPOCHS = 1_000;
    private static final int ANSWER_BYTES = 32 * 1_024;
    private static final long SHORTEST_REST = Delays.millis(1);
    private static final long LONGEST_REST = Delays.millis(300);
    private static final long MOST_IDLE = Delays.millis(500);
    private static final long WAKE_UP = Delays.seconds(3);

    private final Style style;
    private final Map<Place, Position> positions = new LinkedHashMap<>();
    private final Map<Place, Long> inSession = new LinkedHashMap<>();
    private int sessionId;
    private int sessionEpoch;
    private boolean busy;
    private Timers.Scheduled wakeUpWatch = () -> false;

    /**
     * What kind of consumer it is.
     *
     * @param sessions whether it fetches incrementally
     * @param maxWaitMillis how long the broker may hold a fetch
     */
    record Style(boolean sessions, int maxWaitMillis) {}

    /** A partition of a topic. */
    private record Place(UUID topic, int index) {}

    /** Where it reads next. */
    private static final class Position {
        private final PartitionLedger ledger;
        private final String topicName;
        private long offset = -1;
        private boolean wrongEpoch;

        /** When there was first something to read that it has not got; negative if there is not. */
        private long behindSince = -1;

        Position(PartitionLedger ledger, String topicName) {
            this.ledger = ledger;
            this.topicName = topicName;
        }
    }

    Consumer(ClientWorld world, int number, Style style) {
        super(world, (style.sessions() ? "session" : "sessionless") + number);
        this.style = style;
    }

    @Override
    void lostConnection() {
        busy = false;
        sessionId = 0;
        sessionEpoch = style.sessions() ? FULL : SESSIONLESS;
        inSession.clear();
    }

    @Override
    void act(Rpc over) {
        if (busy || refreshing(over)) {
            return;
        }
        followTopics();
        List<Place> lost = new ArrayList<>();
        positions.forEach((place, position) -> {
            if (position.offset < 0) {
                lost.add(place);
            }
        });
        if (!lost.isEmpty()) {
            findStart(over, lost.get(random().nextInt(lost.size())));
        } else if (positions.isEmpty()) {
            pause();
        } else {
            fetch(over);
        }
    }

    private void pause() {
        outdated();
        rest(Delays.between(random(), Delays.millis(1), MOST_IDLE));
    }

    private void followTopics() {
        Set<Place> known = new LinkedHashSet<>();
        for (Topic topic : topics().values()) {
            for (int index = 0; index < topic.partitions(); index++) {
                Place place = new Place(topic.id(), index);
                known.add(place);
                positions.computeIfAbsent(
                        place,
                        fresh ->
                                new Position(
                                        ledger().partition(fresh.topic(), fresh.index()),
                                        topic.name()));
            }
        }
        positions.keySet().retainAll(known);
    }

    private void findStart(Rpc over, Place place) {
        Position position = positions.get(place);
        boolean end = random().nextInt(8) == 0;
        PartitionLedger.Proven proven = position.ledger.proven();
        ask(
                over,
                place,
                end ? LATEST : EARLIEST,
                answered -> {
                    if (answered < 0) {
                        pause();
                    } else {
                        found(position, end, proven, answered);
                        position.offset = answered;
                    }
                });
    }

    /**
     * Asks where the high watermark is, right after a fetch: whatever that was given lies below it,
     * though nobody may have had time to make it so.
     */
    private void askForWatermark(Rpc over, Place place) {
        Position position = positions.get(place);
        PartitionLedger.Proven proven = position.ledger.proven();
        ask(
                over,
                place,
                LATEST,
                answered -> {
                    if (answered >= 0) {
                        found(position, true, proven, answered);
                    }
                });
    }

    /** Asks for an offset of a partition; a negative answer is none. */
    private void ask(Rpc over, Place place, long timestamp, LongConsumer then) {
        busy = true;
        call(
                over,
                ApiKey.LIST_OFFSETS,
                new ListOffsetsRequest()
                        .replicaId(-1)
                        .topics(
                                List.of(
                                        new ListOffsetsRequest.ListOffsetsTopic()
                                                .name(positions.get(place).topicName)
                                                .partitions(
                                                        List.of(
                                                                new ListOffsetsRequest
                                                                                .ListOffsetsPartition()
                                                                        .partitionIndex(
                                                                                place.index())
                                                                        .timestamp(timestamp))))),
                answer -> {
                    busy = false;
                    if (answer instanceof ListOffsetsResponse response) {
                        ListOffsetsResponse.ListOffsetsPartitionResponse part =
                                response.topics().getFirst().partitions().getFirst();
                        then.accept(part.errorCode() == ErrorCode.NONE.code() ? part.offset() : -1);
                    }
                });
    }

    /** The name may belong to another topic by now; then nothing can be said of the answer. */
    private void found(Position position, boolean end, PartitionLedger.Proven proven, long offset) {
        if (!position.ledger.topic().mayBeGone()) {
            if (end) {
                position.ledger.bounds(proven, offset, -1);
            } else {
                position.ledger.bounds(
                        proven, Math.max(offset, position.ledger.highWatermark()), offset);
            }
        }
    }

    // ---- fetching

    private void fetch(Rpc over) {
        busy = true;
        boolean full = !style.sessions() || sessionEpoch == FULL;
        Map<UUID, List<FetchRequest.FetchPartition>> wanted = new LinkedHashMap<>();
        positions.forEach((place, position) -> {
            Long told = full ? null : inSession.get(place);
            if (told == null || told != position.offset) {
                wanted.computeIfAbsent(place.topic(), id -> new ArrayList<>())
                        .add(
                                new FetchRequest.FetchPartition()
                                        .partition(place.index())
                                        .currentLeaderEpoch(epochFor(place, position))
                                        .fetchOffset(position.offset)
                                        .partitionMaxBytes(PARTITION_BYTES));
            }
        });
        Map<UUID, List<Integer>> forgotten = new LinkedHashMap<>();
        if (!full) {
            for (Place place : inSession.keySet()) {
                if (!positions.containsKey(place)) {
                    forgotten
                            .computeIfAbsent(place.topic(), id -> new ArrayList<>())
                            .add(place.index());
                }
            }
        }
        Map<Place, PartitionLedger.Proven> proven = new LinkedHashMap<>();
        Map<Place, Long> offsets = new LinkedHashMap<>();
        positions.forEach((place, position) -> {
            proven.put(place, position.ledger.proven());
            offsets.put(place, position.offset);
        });
        FetchRequest request =
                new FetchRequest()
                        .maxWaitMs(style.maxWaitMillis())
                        .minBytes(1)
                        .maxBytes(ANSWER_BYTES)
                        .sessionId(style.sessions() ? sessionId : 0)
                        .sessionEpoch(style.sessions() ? sessionEpoch : SESSIONLESS)
                        .topics(
                                wanted.entrySet().stream()
                                        .map(entry ->
                                                new FetchRequest.FetchTopic()
                                                        .topicId(entry.getKey())
                                                        .partitions(entry.getValue()))
                                        .toList())
                        .forgottenTopicsData(
                                forgotten.entrySet().stream()
                                        .map(entry ->
                                                new FetchRequest.ForgottenTopic()
                                                        .topicId(entry.getKey())
                                                        .partitions(entry.getValue()))
                                        .toList());
        if (style.sessions()) {
            inSession.clear();
            inSession.putAll(offsets);
        }
        long sentNanos = world().schedule().nanos();
        long life = world().lifeOfBroker();
        watchWakeUp(sentNanos, life, over);
        call(
                over,
                ApiKey.FETCH,
                request,
                answer -> {
                    busy = false;
                    wakeUpWatch.cancel();
                    if (answer instanceof FetchResponse response) {
                        rest(Delays.between(random(), SHORTEST_REST, LONGEST_REST));
                        Place given = fetched(response, proven, offsets);
                        if (given != null && random().nextInt(4) == 0) {
                            askForWatermark(over, given);
                        }
                    }
                });
    }

    /** The epoch that metadata told of, and now and then one that no leader can have. */
    private int epochFor(Place place, Position position) {
        position.wrongEpoch = !style.sessions() && random().nextInt(40) == 0;
        Topic topic = topics().get(place.topic());
        int known = topic == null ? -1 : topic.leaderEpochs().get(place.index());
        return position.wrongEpoch ? known + WRONG_EPOCHS : known;
    }

    /** A fetch that waits is woken soon after there is something for it. */
    private void watchWakeUp(long sentNanos, long life, Rpc over) {
        wakeUpWatch =
                later(
                        WAKE_UP,
                        "look for a lost wake-up",
                        () -> {
                            if (!busy
                                    || fetchSentNanos != sentNanos
                                    || over.closed()
                                    || over.disturbed()
                                    || life != world().lifeOfBroker()) {
                                return;
                            }
                            requireNothingWaiting(sentNanos);
                            watchWakeUp(sentNanos, life, over);
                        });
        fetchSentNanos = sentNanos;
    }

    private long fetchSentNanos;

    private void requireNothingWaiting(long sentNanos) {
        long now = world().schedule().nanos();
        for (Position position : positions.values()) {
            boolean behind =
                    position.ledger.highWatermark() > position.offset
                            && !position.ledger.topic().mayBeGone();
            if (!behind) {
                position.behindSince = -1;
            } else if (position.behindSince < sentNanos) {
                position.behindSince = now;
            } else if (now - position.behindSince >= WAKE_UP
                    && !over(position)
                    && !world().troubledSince(sentNanos)) {
                throw new Violation(
                        "lost wake-up",
                        name()
                                + " waits at "
                                + position.offset
                                + " of "
                                + position.ledger
                                + ", whose high watermark is "
                                + position.ledger.highWatermark());
            }
        }
    }

    private static boolean over(Position position) {
        return position.offset < 0;
    }

    /** Takes an answer; gives one of the partitions that had records, or null. */
    private @Nullable Place fetched(
            FetchResponse response,
            Map<Place, PartitionLedger.Proven> proven,
            Map<Place, Long> offsets) {
        if (response.errorCode() != ErrorCode.NONE.code()) {
            sessionId = 0;
            sessionEpoch = style.sessions() ? FULL : SESSIONLESS;
            inSession.clear();
            return null;
        }
        if (style.sessions()) {
            sessionId = response.sessionId();
            sessionEpoch = sessionId == 0 ? FULL : sessionEpoch + 1;
        }
        boolean troubled = false;
        Place given = null;
        for (FetchResponse.FetchableTopicResponse topic : response.responses()) {
            for (FetchResponse.PartitionData part : topic.partitions()) {
                Place place = new Place(topic.topicId(), part.partitionIndex());
                Position position = positions.get(place);
                if (position != null) {
                    long before = position.offset;
                    troubled |= !fetched(position, part, proven.get(place), offsets.get(place));
                    given = position.offset > before ? place : given;
                }
            }
        }
        if (troubled) {
            pause();
        }
        return given;
    }

    private boolean fetched(
            Position position,
            FetchResponse.PartitionData part,
            PartitionLedger.@Nullable Proven proven,
            @Nullable Long offset) {
        ErrorCode error = ErrorCode.of(part.errorCode());
        if (error == ErrorCode.NONE && position.wrongEpoch) {
            throw new Violation(
                    "leader epoch",
                    name() + " was served at " + position.ledger + " with an epoch of no leader");
        }
        if (error == ErrorCode.FENCED_LEADER_EPOCH || error == ErrorCode.UNKNOWN_LEADER_EPOCH) {
            outdated();
            return false;
        }
        if (error == ErrorCode.OFFSET_OUT_OF_RANGE) {
            position.offset = -1;
            return true;
        }
        if (error != ErrorCode.NONE) {
            if (!error.retriable() && error != ErrorCode.UNKNOWN_TOPIC_ID) {
                throw new Violation("refused", name() + " at " + position.ledger + ": " + error);
            }
            return false;
        }
        if (proven != null && offset != null) {
            position.ledger.bounds(proven, part.highWatermark(), part.logStartOffset());
            List<PartitionLedger.Read> records =
                    FetchedRecords.read(position.ledger, offset, part.records());
            ledger().read(position.ledger, part.highWatermark(), records);
            if (!records.isEmpty()) {
                position.offset = records.getLast().offset() + 1;
                position.behindSince = -1;
            }
        }
        return true;
    }
}
