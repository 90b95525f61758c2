package mortise.dist;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.zip.CRC32C;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.DeleteRecordsRequest;
import mortise.wire.message.DeleteRecordsRequest.DeleteRecordsPartition;
import mortise.wire.message.DeleteRecordsRequest.DeleteRecordsTopic;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchRequest.FetchPartition;
import mortise.wire.message.FetchRequest.FetchTopic;
import mortise.wire.message.FetchRequest.ForgottenTopic;
import mortise.wire.message.InitProducerIdRequest;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsRequest.ListOffsetsPartition;
import mortise.wire.message.ListOffsetsRequest.ListOffsetsTopic;
import mortise.wire.message.OffsetForLeaderEpochRequest;
import mortise.wire.message.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;
import mortise.wire.message.OffsetForLeaderEpochRequest.OffsetForLeaderTopic;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceRequest.PartitionProduceData;
import mortise.wire.message.ProduceRequest.TopicProduceData;

/** Requests that write, read, find and delete records. */
final class ParityOfRecords {
    private static final short FIRST_PRODUCE_BY_ID = 13;
    private static final short FIRST_FETCH_BY_ID = 13;

    private final Parity parity;
    private final long now;

    /**
     * Cases over a connection to each.
     *
     * @param now the timestamp of the records, near the brokers' clocks
     */
    ParityOfRecords(Parity parity, long now) {
        this.parity = parity;
        this.now = now;
    }

    private ByteBuffer batch(String... values) {
        return batchOf(builder -> {}, values);
    }

    private ByteBuffer batchOf(Consumer<RecordBatchBuilder> settings, String... values) {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(256);
        settings.accept(builder);
        for (int i = 0; i < values.length; i++) {
            builder.append(now + i, null, bytes(values[i]));
        }
        return builder.build().buffer();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    // ---- InitProducerId

    void initProducerId() {
        ApiKey key = ApiKey.INIT_PRODUCER_ID;
        // Apache Kafka gives no ID until it has fetched its first block
        parity.everyVersionWhenSettled(key, "first", (side, version) -> init());
        parity.inVersions(key, "idempotent", 0, 5, (side, version) -> init());
        parity.inVersions(
                key, "empty transactional ID", 0, 5, (side, version) -> init().transactionalId(""));
        parity.inVersions(
                key, "no timeout", 0, 5, (side, version) -> init().transactionTimeoutMs(0));
        parity.inVersions(
                key,
                "with an ID and an epoch",
                3,
                5,
                (side, version) -> init().producerId(7).producerEpoch((short) 3));
        parity.inVersions(key, "with an ID alone", 3, 5, (side, version) -> init().producerId(7));
        parity.inVersions(
                key,
                "with an epoch alone",
                3,
                5,
                (side, version) -> init().producerEpoch((short) 3));
        parity.inVersions(
                key,
                "with an ID below -1",
                3,
                5,
                (side, version) -> init().producerId(-2).producerEpoch((short) -2));
    }

    private static InitProducerIdRequest init() {
        return new InitProducerIdRequest().transactionalId(null).transactionTimeoutMs(60_000);
    }

    // ---- Produce

    void produce() {
        for (short version = 3; version <= 13; version++) {
            parity.createTopic("written-" + version, 2, Map.of());
            parity.createTopic("sequenced-" + version, 1, Map.of());
        }
        parity.createTopic("stamped", 1, Map.of("message.timestamp.type", "LogAppendTime"));
        parity.createTopic("narrow", 1, Map.of("max.message.bytes", "100"));
        parity.createTopic(
                "punctual",
                1,
                Map.of(
                        "message.timestamp.before.max.ms",
                        "3600000",
                        "message.timestamp.after.max.ms",
                        "3600000"));
        writing("one batch", (short) -1, batch("a", "b"));
        writing("acknowledged by the leader", (short) 1, batch("c"));
        writing("acks of two", (short) 2, batch("d"));
        writing("acks of minus two", (short) -2, batch("d"));
        writing("empty records", (short) -1, ByteBuffer.allocate(0));
        writing("two batches", (short) -1, joined(batch("a"), batch("b")));
        writing("half a batch", (short) -1, batch("abcdefgh").limit(40));
        writing("wrong checksum", (short) -1, mended(batch("a"), at -> at.put(64, (byte) 99)));
        writing("magic 1", (short) -1, mended(batch("a"), at -> at.put(16, (byte) 1)));
        writing("magic 3", (short) -1, mended(batch("a"), at -> at.put(16, (byte) 3)));
        writing("a control batch", (short) -1, batchOf(builder -> builder.control(), "control"));
        writing(
                "negative sequence",
                (short) -1,
                batchOf(builder -> builder.producer(9, (short) 0, -1), "a"));
        writing(
                "wrong count",
                (short) -1,
                checksummed(mended(batch("a", "b"), at -> at.putInt(57, 3))));
        writing(
                "more records than bytes",
                (short) -1,
                checksummed(
                        mended(
                                batch("a"),
                                at ->
                                        at.putInt(57, Integer.MAX_VALUE)
                                                .putInt(23, Integer.MAX_VALUE - 1))));
        writing("before 1970", (short) -1, timed(-5_000));
        writing("base offset of 5", (short) -1, mended(batch("a"), at -> at.putLong(0, 5)));
        producing("unknown partition", side -> data("written-v", 5, batch("a")));
        producing("negative partition", side -> data("written-v", -1, batch("a")));
        producing("unknown topic", side -> data("nowhere", 0, batch("a")));
        producing("invalid topic", side -> data("a b", 0, batch("a")));
        producing("empty topic", side -> data("", 0, batch("a")));
        producing("too large", side -> data("narrow", 0, batch("x".repeat(200))));
        producing("with append time", side -> data("stamped", 0, batch("a", "b")));
        producing("too old", side -> data("punctual", 0, timed(now - 4 * 3_600_000L)));
        producing("from the future", side -> data("punctual", 0, timed(now + 4 * 3_600_000L)));
        parity.everyVersion(
                ApiKey.PRODUCE,
                "no topics",
                (side, version) -> new ProduceRequest().acks((short) -1).timeoutMs(1_000));
        parity.everyVersion(
                ApiKey.PRODUCE,
                "no partitions",
                (side, version) ->
                        produce(version, side, new TopicProduceData().name("written-" + version)));
        parity.everyVersion(
                ApiKey.PRODUCE,
                "good and bad partitions",
                (side, version) ->
                        produce(
                                version,
                                side,
                                new TopicProduceData()
                                        .name("written-" + version)
                                        .partitionData(
                                                List.of(
                                                        part(0, batch("a")),
                                                        part(1, batch("b", "c")),
                                                        part(2, batch("d")))),
                                data("nowhere", 0, batch("e"))));
        parity.everyVersion(
                ApiKey.PRODUCE,
                "one partition twice",
                (side, version) ->
                        produce(
                                version,
                                side,
                                new TopicProduceData()
                                        .name("narrow")
                                        .partitionData(
                                                List.of(
                                                        part(0, batch("a")),
                                                        part(0, batch("b"))))));
        parity.inVersions(
                ApiKey.PRODUCE,
                "unknown topic ID",
                13,
                13,
                (side, version) ->
                        new ProduceRequest()
                                .acks((short) -1)
                                .timeoutMs(1_000)
                                .topicData(
                                        List.of(
                                                data("", 0, batch("a"))
                                                        .topicId(ParityOfTopics.UNKNOWN_ID))));
        parity.inVersions(
                ApiKey.PRODUCE,
                "no topic ID",
                13,
                13,
                (side, version) ->
                        new ProduceRequest()
                                .acks((short) -1)
                                .timeoutMs(1_000)
                                .topicData(List.of(data("", 0, batch("a")))));
        sequences();
    }

    private void sequences() {
        parity.keep(
                "producer", ApiKey.INIT_PRODUCER_ID, (short) 5, "producer_id", (s, v) -> init());
        sequenced("first sequence 0", 0, 0);
        sequenced("next sequence", 0, 1);
        sequenced("duplicate of the last", 0, 1);
        sequenced("duplicate of the first", 0, 0);
        sequenced("a gap", 0, 5);
        sequenced("next after a gap", 0, 2);
        sequenced("a newer epoch not from zero", 1, 7);
        sequenced("a newer epoch", 1, 0);
        sequenced("the old epoch", 0, 3);
        sequenced("the newer epoch again", 1, 1);
        for (int i = 2; i < 8; i++) {
            sequenced("more", 1, i);
        }
        sequenced("older than five batches", 1, 1);
        sequenced("the fifth last", 1, 3);
        producing(
                "unknown producer, not from zero",
                side ->
                        data(
                                "sequenced-v",
                                0,
                                batchOf(b -> b.producer(987_654, (short) 0, 4), "s")));
        producing(
                "unknown producer",
                side ->
                        data(
                                "sequenced-v",
                                0,
                                batchOf(b -> b.producer(987_655, (short) 0, 0), "s")));
        producing(
                "sequence wraps: before",
                side ->
                        data(
                                "sequenced-v",
                                0,
                                batchOf(
                                        b -> b.producer(987_656, (short) 0, Integer.MAX_VALUE - 1),
                                        "s",
                                        "t",
                                        "u")));
    }

    private void sequenced(String name, int epoch, int sequence) {
        producing(
                name,
                side ->
                        data(
                                "sequenced-v",
                                0,
                                batchOf(
                                        builder ->
                                                builder.producer(
                                                        side.number("producer"),
                                                        (short) epoch,
                                                        sequence),
                                        "s" + sequence)));
    }

    private ByteBuffer timed(long timestamp) {
        return RecordBatchBuilder.growing(100).append(timestamp, null, bytes("t")).build().buffer();
    }

    private static ByteBuffer joined(ByteBuffer... batches) {
        ByteBuffer all = ByteBuffer.allocate(1_000);
        Arrays.stream(batches).forEach(all::put);
        return all.flip();
    }

    private static ByteBuffer mended(ByteBuffer batch, Consumer<ByteBuffer> change) {
        change.accept(batch);
        return batch;
    }

    /** Two records, now and a little later, under a header that says something else. */
    private ByteBuffer lying(long maxTimestamp) {
        RecordBatch batch =
                RecordBatchBuilder.growing(256)
                        .append(now, null, ByteBuffer.allocate(3))
                        .append(now + 50, null, ByteBuffer.allocate(3))
                        .build();
        batch.stampMaxTimestamp(maxTimestamp, new CRC32C());
        return batch.buffer();
    }

    private static ByteBuffer checksummed(ByteBuffer batch) {
        return batch.putInt(17, RecordBatch.of(batch).computeCrc());
    }

    private void writing(String name, short acks, ByteBuffer records) {
        parity.everyVersion(
                ApiKey.PRODUCE,
                name,
                (side, version) ->
                        produce(version, side, data("written-" + version, 0, records)).acks(acks));
    }

    private void producing(String name, Function<Parity.Side, TopicProduceData> content) {
        parity.everyVersion(
                ApiKey.PRODUCE,
                name,
                (side, version) -> {
                    TopicProduceData data = content.apply(side);
                    data.name(data.name().replace("-v", "-" + version));
                    return produce(version, side, data);
                });
    }

    private static ProduceRequest produce(
            short version, Parity.Side side, TopicProduceData... topics) {
        for (TopicProduceData topic : topics) {
            if (version >= FIRST_PRODUCE_BY_ID) {
                topic.topicId(idOrUnknown(side, topic.name())).name("");
            }
        }
        return new ProduceRequest()
                .acks((short) -1)
                .timeoutMs(10_000)
                .transactionalId(null)
                .topicData(List.of(topics));
    }

    private static UUID idOrUnknown(Parity.Side side, String topic) {
        return side.knows(topic) ? side.topicId(topic) : ParityOfTopics.UNKNOWN_ID;
    }

    private static TopicProduceData data(String topic, int partition, ByteBuffer records) {
        return new TopicProduceData().name(topic).partitionData(List.of(part(partition, records)));
    }

    private static PartitionProduceData part(int partition, ByteBuffer records) {
        return new PartitionProduceData()
                .index(partition)
                .records(records == null ? null : Payload.of(records.duplicate()));
    }

    // ---- what is read below: five batches of one record, two of two, on one partition

    void fill() {
        parity.createTopic("read", 2, Map.of());
        parity.createTopic("never-written", 1, Map.of());
        parity.createTopic("lying", 1, Map.of());
        for (long lie : new long[] {-1, now, now + 200_000}) {
            parity.inVersions(
                    ApiKey.PRODUCE,
                    "fill with headers that say " + lie,
                    9,
                    9,
                    (side, version) -> produce(version, side, data("lying", 0, lying(lie))));
        }
        for (String topic : List.of("read")) {
            for (int i = 0; i < 5; i++) {
                int value = i;
                parity.inVersions(
                        ApiKey.PRODUCE,
                        "fill",
                        9,
                        9,
                        (side, version) ->
                                produce(version, side, data(topic, 0, batch("value-" + value))));
            }
            parity.inVersions(
                    ApiKey.PRODUCE,
                    "fill",
                    9,
                    9,
                    (side, version) -> produce(version, side, data(topic, 0, batch("x", "y"))));
            parity.inVersions(
                    ApiKey.PRODUCE,
                    "fill",
                    9,
                    9,
                    (side, version) -> produce(version, side, data(topic, 1, batch("z"))));
        }
    }

    // ---- Fetch

    void fetch() {
        fetching("all", request -> {}, from(0, 0));
        fetching("two partitions", request -> {}, from(0, 0), from(1, 0));
        fetching("from the middle", request -> {}, from(0, 3));
        fetching("from inside a batch", request -> {}, from(0, 6));
        fetching("at the end", request -> {}, from(0, 7));
        fetching("beyond the end", request -> {}, from(0, 8));
        fetching("before the start", request -> {}, from(0, -1));
        fetching("unknown partition", request -> {}, from(7, 0));
        fetching("negative partition", request -> {}, from(-1, 0));
        fetching("one batch by partition limit", request -> {}, from(0, 0).partitionMaxBytes(1));
        fetching("no bytes for the partition", request -> {}, from(0, 0).partitionMaxBytes(0));
        fetching("one batch by response limit", r -> r.maxBytes(1), from(0, 0), from(1, 0));
        fetching("no bytes for the response", r -> r.maxBytes(0), from(0, 0));
        fetching(
                "two batches and a half", request -> {}, from(0, 0).partitionMaxBytes(2 * 76 + 30));
        fetching("committed only", r -> r.isolationLevel((byte) 1), from(0, 0));
        fetching("unknown isolation", r -> r.isolationLevel((byte) 7), from(0, 0));
        fetching("present epoch", request -> {}, from(0, 0).currentLeaderEpoch(0));
        fetching("future epoch", request -> {}, from(0, 0).currentLeaderEpoch(9));
        fetching("last fetched epoch", request -> {}, from(0, 3).lastFetchedEpoch(0));
        fetching("diverging: beyond the end", request -> {}, from(0, 30).lastFetchedEpoch(0));
        fetching("diverging: future epoch", request -> {}, from(0, 3).lastFetchedEpoch(9));
        fetching("one partition twice", request -> {}, from(0, 0), from(0, 3));
        fetching("no partitions", request -> {});
        fetching("min bytes that are there", r -> r.minBytes(10).maxWaitMs(5_000), from(0, 0));
        fetching("min bytes that never come", r -> r.minBytes(100_000), from(0, 0));
        parity.everyVersion(
                ApiKey.FETCH, "nothing", (side, version) -> request(version, side, "read"));
        parity.everyVersion(
                ApiKey.FETCH,
                "no topics",
                (side, version) -> request(version, side, "read").topics(List.of()));
        parity.everyVersion(
                ApiKey.FETCH,
                "unknown topic",
                (side, version) -> request(version, side, "nowhere", from(0, 0)));
        parity.everyVersion(
                ApiKey.FETCH,
                "invalid topic",
                (side, version) -> request(version, side, "a b", from(0, 0)));
        parity.everyVersion(
                ApiKey.FETCH,
                "never written",
                (side, version) -> request(version, side, "never-written", from(0, 0)));
        parity.everyVersion(
                ApiKey.FETCH,
                "known and unknown topic",
                (side, version) -> {
                    FetchRequest request = request(version, side, "read", from(0, 0));
                    List<FetchTopic> topics = new ArrayList<>(request.topics());
                    topics.addAll(request(version, side, "nowhere", from(0, 0)).topics());
                    return request.topics(topics);
                });
        sessions();
    }

    private void sessions() {
        ApiKey key = ApiKey.FETCH;
        for (short version = 7; version <= 18; version++) {
            if (!parity.served(key, version)) {
                continue;
            }
            parity.inVersions(
                    key,
                    "beginning a session",
                    version,
                    version,
                    (side, v) -> request(v, side, "read", from(0, 0)).sessionEpoch(0));
            parity.keep(
                    "session",
                    key,
                    version,
                    "session_id",
                    (side, v) -> request(v, side, "read", from(0, 7), from(1, 0)).sessionEpoch(0));
            inSession("going on", version, 1, request -> {});
            inSession("going on twice", version, 2, request -> {});
            inSession("an old epoch", version, 1, request -> {});
            inSession("a future epoch", version, 9, request -> {});
            parity.inVersions(
                    key,
                    "moving on in a session",
                    version,
                    version,
                    (side, v) ->
                            request(v, side, "read", from(1, 1))
                                    .sessionId((int) side.number("session"))
                                    .sessionEpoch(3));
            parity.inVersions(
                    key,
                    "forgetting in a session",
                    version,
                    version,
                    (side, v) -> {
                        ForgottenTopic forgotten = new ForgottenTopic().partitions(List.of(1));
                        if (v >= FIRST_FETCH_BY_ID) {
                            forgotten.topicId(side.topicId("read"));
                        } else {
                            forgotten.topic("read");
                        }
                        return request(v, side, "read", from(0, 5))
                                .sessionId((int) side.number("session"))
                                .sessionEpoch(4)
                                .forgottenTopicsData(List.of(forgotten));
                    });
            parity.inVersions(
                    key,
                    "adding what is unknown to a session",
                    version,
                    version,
                    (side, v) ->
                            request(v, side, "nowhere", from(0, 5))
                                    .sessionId((int) side.number("session"))
                                    .sessionEpoch(5));
            inSession("after the unknown", version, 6, request -> {});
            parity.inVersions(
                    key,
                    "ending a session",
                    version,
                    version,
                    (side, v) ->
                            request(v, side, "read", from(0, 5))
                                    .sessionId((int) side.number("session"))
                                    .sessionEpoch(-1));
            inSession("after its end", version, 7, request -> {});
            parity.inVersions(
                    key,
                    "an unknown session",
                    version,
                    version,
                    (side, v) -> request(v, side, "read").sessionId(12_345).sessionEpoch(1));
            parity.inVersions(
                    key,
                    "no session but an epoch",
                    version,
                    version,
                    (side, v) -> request(v, side, "read").sessionId(0).sessionEpoch(1));
        }
    }

    private void inSession(String name, short version, int epoch, Consumer<FetchRequest> settings) {
        parity.inVersions(
                ApiKey.FETCH,
                name + " in a session",
                version,
                version,
                (side, v) -> {
                    FetchRequest request =
                            request(v, side, "read")
                                    .topics(List.of())
                                    .sessionId((int) side.number("session"))
                                    .sessionEpoch(epoch);
                    settings.accept(request);
                    return request;
                });
    }

    private static FetchPartition from(int partition, long offset) {
        return new FetchPartition()
                .partition(partition)
                .fetchOffset(offset)
                .partitionMaxBytes(1_000_000)
                .currentLeaderEpoch(-1);
    }

    private void fetching(
            String name, Consumer<FetchRequest> settings, FetchPartition... partitions) {
        parity.everyVersion(
                ApiKey.FETCH,
                name,
                (side, version) -> {
                    FetchRequest request = request(version, side, "read", partitions);
                    settings.accept(request);
                    return request;
                });
    }

    private static FetchRequest request(
            short version, Parity.Side side, String topic, FetchPartition... partitions) {
        FetchTopic asked = new FetchTopic().partitions(List.of(partitions));
        if (version >= FIRST_FETCH_BY_ID) {
            asked.topicId(idOrUnknown(side, topic));
        } else {
            asked.topic(topic);
        }
        return new FetchRequest()
                .maxWaitMs(1)
                .minBytes(0)
                .maxBytes(10_000_000)
                .sessionEpoch(-1)
                .topics(List.of(asked));
    }

    // ---- ListOffsets

    void listOffsets() {
        for (long special = -1; special >= -8; special--) {
            long timestamp = special;
            listing("timestamp " + special, "read", at(0, timestamp));
            listing("timestamp " + special + " of nothing", "never-written", at(0, timestamp));
        }
        listing("the first timestamp", "read", at(0, now));
        listing("inside a batch", "read", at(0, now + 1));
        listing("a header that says nothing", "lying", at(0, now + 50));
        listing("a header that says too little", "lying", at(0, now + 51));
        listing("a header that says too much", "lying", at(0, now + 101));
        listing("the largest of lying headers", "lying", at(0, -3));
        listing("beyond the last", "read", at(0, now + 100_000));
        listing("timestamp zero", "read", at(0, 0));
        listing("timestamp zero of nothing", "never-written", at(0, 0));
        listing("unknown partition", "read", at(9, -1));
        listing("negative partition", "read", at(-1, -1));
        listing("unknown topic", "nowhere", at(0, -1));
        listing("invalid topic", "a b", at(0, -1));
        listing("one partition twice", "read", at(0, -1), at(0, -2), at(1, -1));
        listing("present epoch", "read", at(0, -1).currentLeaderEpoch(0));
        listing("future epoch", "read", at(0, -1).currentLeaderEpoch(9));
        listing("no partitions", "read");
        parity.everyVersion(
                ApiKey.LIST_OFFSETS,
                "no topics",
                (side, version) -> new ListOffsetsRequest().replicaId(-1));
        for (long timestamp : new long[] {-1, -2, -3, now}) {
            parity.everyVersion(
                    ApiKey.LIST_OFFSETS,
                    "committed only at " + (timestamp == now ? "a time" : timestamp),
                    (side, version) -> list("read", at(0, timestamp)).isolationLevel((byte) 1));
        }
        parity.everyVersion(
                ApiKey.LIST_OFFSETS,
                "as a debugger",
                (side, version) -> list("read", at(0, -1)).replicaId(-2));
    }

    private void listing(String name, String topic, ListOffsetsPartition... partitions) {
        parity.everyVersion(ApiKey.LIST_OFFSETS, name, (side, version) -> list(topic, partitions));
    }

    private static ListOffsetsRequest list(String topic, ListOffsetsPartition... partitions) {
        return new ListOffsetsRequest()
                .replicaId(-1)
                .topics(
                        List.of(
                                new ListOffsetsTopic()
                                        .name(topic)
                                        .partitions(List.of(partitions))));
    }

    private static ListOffsetsPartition at(int partition, long timestamp) {
        return new ListOffsetsPartition()
                .partitionIndex(partition)
                .timestamp(timestamp)
                .currentLeaderEpoch(-1);
    }

    // ---- OffsetForLeaderEpoch

    void offsetForLeaderEpoch() {
        ending("the present epoch", "read", epoch(0, 0));
        ending("a future epoch", "read", epoch(0, 5));
        ending("no epoch", "read", epoch(0, -1));
        ending("of nothing", "never-written", epoch(0, 0));
        ending("a future epoch of nothing", "never-written", epoch(0, 1));
        ending("unknown partition", "read", epoch(9, 0));
        ending("negative partition", "read", epoch(-1, 0));
        ending("unknown topic", "nowhere", epoch(0, 0));
        ending("invalid topic", "a b", epoch(0, 0));
        ending("known epoch", "read", epoch(0, 0).currentLeaderEpoch(0));
        ending("future known epoch", "read", epoch(0, 0).currentLeaderEpoch(4));
        ending("twice", "read", epoch(0, 0), epoch(0, 1));
        ending("no partitions", "read");
        parity.everyVersion(
                ApiKey.OFFSET_FOR_LEADER_EPOCH,
                "no topics",
                (side, version) -> new OffsetForLeaderEpochRequest());
    }

    private static OffsetForLeaderPartition epoch(int partition, int epoch) {
        return new OffsetForLeaderPartition().partition(partition).leaderEpoch(epoch);
    }

    private void ending(String name, String topic, OffsetForLeaderPartition... partitions) {
        parity.everyVersion(
                ApiKey.OFFSET_FOR_LEADER_EPOCH,
                name,
                (side, version) ->
                        new OffsetForLeaderEpochRequest()
                                .replicaId(version >= 3 ? -1 : -2)
                                .topics(
                                        List.of(
                                                new OffsetForLeaderTopic()
                                                        .topic(topic)
                                                        .partitions(List.of(partitions)))));
    }

    // ---- DeleteRecords; last, because it moves what the others read

    void deleteRecords() {
        deleting("nothing", "read", upTo(0, 0));
        deleting("a record", "read", upTo(0, 1));
        deleting("less than was deleted", "read", upTo(0, 0));
        deleting("inside a batch", "read", upTo(0, 6));
        deleting("all", "read", upTo(1, -1));
        deleting("beyond the end", "read", upTo(0, 100));
        deleting("minus two", "read", upTo(0, -2));
        deleting("of nothing", "never-written", upTo(0, 0));
        deleting("all of nothing", "never-written", upTo(0, -1));
        deleting("unknown partition", "read", upTo(9, 0));
        deleting("negative partition", "read", upTo(-1, 0));
        deleting("unknown topic", "nowhere", upTo(0, 0));
        deleting("invalid topic", "a b", upTo(0, 0));
        deleting("twice", "read", upTo(0, 6), upTo(0, 6));
        deleting("no partitions", "read");
        parity.everyVersion(
                ApiKey.DELETE_RECORDS,
                "no topics",
                (side, version) -> new DeleteRecordsRequest().timeoutMs(1_000));
        fetching("after deletion: before the start", request -> {}, from(0, 0));
        fetching("after deletion: inside a batch", request -> {}, from(0, 6));
        listing("earliest after deletion", "read", at(0, -2), at(1, -2));
        listing("earliest local after deletion", "read", at(0, -4), at(1, -4));
        listing("latest after deletion", "read", at(0, -1), at(1, -1));
        listing("largest timestamp after deletion", "read", at(0, -3), at(1, -3));
        listing("time zero after deletion", "read", at(0, 0), at(1, 0));
        ending("epoch zero after deletion", "read", epoch(0, 0), epoch(1, 0));
    }

    private static DeleteRecordsPartition upTo(int partition, long offset) {
        return new DeleteRecordsPartition().partitionIndex(partition).offset(offset);
    }

    private void deleting(String name, String topic, DeleteRecordsPartition... partitions) {
        parity.everyVersion(
                ApiKey.DELETE_RECORDS,
                name,
                (side, version) ->
                        new DeleteRecordsRequest()
                                .timeoutMs(10_000)
                                .topics(
                                        List.of(
                                                new DeleteRecordsTopic()
                                                        .name(topic)
                                                        .partitions(List.of(partitions)))));
    }
}
