package mortise.dist;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import mortise.wire.ApiKey;
import mortise.wire.message.CreatePartitionsRequest;
import mortise.wire.message.CreatePartitionsRequest.CreatePartitionsAssignment;
import mortise.wire.message.CreatePartitionsRequest.CreatePartitionsTopic;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.CreateTopicsRequest.CreatableReplicaAssignment;
import mortise.wire.message.CreateTopicsRequest.CreatableTopic;
import mortise.wire.message.CreateTopicsRequest.CreatableTopicConfig;
import mortise.wire.message.DeleteTopicsRequest;
import mortise.wire.message.DeleteTopicsRequest.DeleteTopicState;
import mortise.wire.message.DescribeTopicPartitionsRequest;
import mortise.wire.message.DescribeTopicPartitionsRequest.Cursor;
import mortise.wire.message.DescribeTopicPartitionsRequest.TopicRequest;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataRequest.MetadataRequestTopic;

/** Requests that create, change, delete and describe topics. */
final class ParityOfTopics {
    static final UUID UNKNOWN_ID = new UUID(0x1234_5678_9abc_def0L, 0x0fed_cba9_8765_4321L);
    private static final UUID NO_ID = new UUID(0, 0);
    private static final String TOO_LONG = "x".repeat(250);

    private final Parity parity;

    ParityOfTopics(Parity parity) {
        this.parity = parity;
    }

    void createTopics() {
        parity.createTopic("there", 1, Map.of());
        parity.createTopic("dotted.name", 1, Map.of());
        creating("one partition", topic -> {});
        creating("defaults", topic -> topic.numPartitions(-1).replicationFactor((short) -1));
        creating("default partitions only", topic -> topic.numPartitions(-1));
        creating("default replicas only", topic -> topic.replicationFactor((short) -1));
        creating("no partition", topic -> topic.numPartitions(0));
        creating("minus two partitions", topic -> topic.numPartitions(-2));
        creating("no replica", topic -> topic.replicationFactor((short) 0));
        creating("minus two replicas", topic -> topic.replicationFactor((short) -2));
        creating("more replicas than brokers", topic -> topic.replicationFactor((short) 2));
        creating("too many partitions", topic -> topic.numPartitions(100_000));
        creating("assigned", topic -> assigned(topic, List.of(1), List.of(1)));
        creating(
                "assigned and counted",
                topic -> assigned(topic, List.of(1)).numPartitions(1).replicationFactor((short) 1));
        creating(
                "assigned and partitions counted",
                topic -> assigned(topic, List.of(1)).numPartitions(1));
        creating("assigned to a stranger", topic -> assigned(topic, List.of(99)));
        creating("assigned to nobody", topic -> assigned(topic, List.of()));
        creating("assigned twice to one broker", topic -> assigned(topic, List.of(1, 1)));
        creating("assigned unevenly", topic -> assigned(topic, List.of(1), List.of(1, 99)));
        creating(
                "assigned with a gap",
                topic -> unshaped(topic).assignments(List.of(assignment(0, 1), assignment(2, 1))));
        creating(
                "assigned from one on",
                topic -> unshaped(topic).assignments(List.of(assignment(1, 1))));
        creating(
                "one partition assigned twice",
                topic -> unshaped(topic).assignments(List.of(assignment(0, 1), assignment(0, 1))));
        creating("a config", topic -> configs(topic, "retention.ms", "1234567"));
        creating("an unknown config", topic -> configs(topic, "no.such.config", "1"));
        creating("an invalid config", topic -> configs(topic, "retention.ms", "soon"));
        creating("a config out of range", topic -> configs(topic, "retention.ms", "-2"));
        creating("a null config", topic -> configs(topic, "retention.ms", null));
        creating(
                "a config twice",
                topic -> configs(topic, "retention.ms", "1000", "retention.ms", "2000"));
        creating("padded config", topic -> configs(topic, "cleanup.policy", " delete "));
        creating("small segments", topic -> configs(topic, "segment.bytes", "14"));
        named("there", "there");
        named("empty", "");
        named("a dot", ".");
        named("two dots", "..");
        named("a blank", "a b");
        named("a slash", "a/b");
        named("not ASCII", "größe");
        named("too long", TOO_LONG);
        named("collides", "dotted_name");
        parity.everyVersion(
                ApiKey.CREATE_TOPICS, "no topics", (side, version) -> new CreateTopicsRequest());
        parity.everyVersion(
                ApiKey.CREATE_TOPICS,
                "twice in one request",
                (side, version) ->
                        create(
                                good("twice-" + version),
                                good("twice-" + version),
                                good("once-" + version)));
        parity.everyVersion(
                ApiKey.CREATE_TOPICS,
                "good and bad together",
                (side, version) -> create(good("both-" + version), good("a b"), good("there")));
        parity.everyVersion(
                ApiKey.CREATE_TOPICS,
                "collide with each other",
                (side, version) ->
                        create(good("new.one-" + version), good("new_one-" + version))
                                .validateOnly(true));
        parity.everyVersion(
                ApiKey.CREATE_TOPICS,
                "validated only",
                (side, version) ->
                        create(good("validated"), good("there"), good("a b")).validateOnly(true));
        parity.everyVersion(
                ApiKey.CREATE_TOPICS,
                "validated only with defaults",
                (side, version) ->
                        create(good("validated").numPartitions(-1).replicationFactor((short) -1))
                                .validateOnly(true));
        parity.everyVersion(
                ApiKey.CREATE_TOPICS,
                "an internal name",
                (side, version) -> create(good("__internal-" + version)));
    }

    private void creating(String name, Consumer<CreatableTopic> shape) {
        parity.everyVersion(
                ApiKey.CREATE_TOPICS,
                name,
                (side, version) -> {
                    CreatableTopic topic = good(name.replace(' ', '-') + "-" + version);
                    shape.accept(topic);
                    return create(topic);
                });
    }

    private void named(String what, String topic) {
        parity.everyVersion(
                ApiKey.CREATE_TOPICS, "named: " + what, (side, version) -> create(good(topic)));
    }

    private static CreateTopicsRequest create(CreatableTopic... topics) {
        return new CreateTopicsRequest().timeoutMs(30_000).topics(List.of(topics));
    }

    private static CreatableTopic good(String name) {
        return new CreatableTopic().name(name).numPartitions(1).replicationFactor((short) 1);
    }

    private static CreatableTopic unshaped(CreatableTopic topic) {
        return topic.numPartitions(-1).replicationFactor((short) -1);
    }

    @SafeVarargs
    private static CreatableTopic assigned(CreatableTopic topic, List<Integer>... replicas) {
        return unshaped(topic)
                .assignments(
                        IntStream.range(0, replicas.length)
                                .mapToObj(index ->
                                        new CreatableReplicaAssignment()
                                                .partitionIndex(index)
                                                .brokerIds(replicas[index]))
                                .toList());
    }

    private static CreatableReplicaAssignment assignment(int partition, int broker) {
        return new CreatableReplicaAssignment()
                .partitionIndex(partition)
                .brokerIds(List.of(broker));
    }

    private static void configs(CreatableTopic topic, String... namesAndValues) {
        topic.configs(
                IntStream.range(0, namesAndValues.length / 2)
                        .mapToObj(index ->
                                new CreatableTopicConfig()
                                        .name(namesAndValues[2 * index])
                                        .value(namesAndValues[2 * index + 1]))
                        .toList());
    }

    void deleteTopics() {
        for (short version = 1; version <= 6; version++) {
            parity.createTopic("doomed-" + version, 1, Map.of());
            parity.createTopic("doomed-twice-" + version, 1, Map.of());
        }
        parity.createTopic("doomed-by-id", 1, Map.of());
        parity.createTopic("doomed-both-ways", 1, Map.of());
        ApiKey key = ApiKey.DELETE_TOPICS;
        parity.everyVersion(key, "there", (side, v) -> delete(v, "doomed-" + v));
        parity.everyVersion(key, "unknown", (side, v) -> delete(v, "nowhere"));
        parity.everyVersion(key, "invalid name", (side, v) -> delete(v, "a b"));
        parity.everyVersion(key, "empty name", (side, v) -> delete(v, ""));
        parity.everyVersion(key, "nothing", (side, v) -> delete(v));
        parity.everyVersion(
                key,
                "twice, and an unknown one",
                (side, v) -> delete(v, "doomed-twice-" + v, "doomed-twice-" + v, "nowhere"));
        parity.everyVersion(key, "unknown twice", (side, v) -> delete(v, "nowhere", "nowhere"));
        byState("unknown ID", new DeleteTopicState().topicId(UNKNOWN_ID));
        byState(
                "unknown ID twice",
                new DeleteTopicState().topicId(UNKNOWN_ID),
                new DeleteTopicState().topicId(UNKNOWN_ID));
        byState("neither", new DeleteTopicState());
        byState("both", new DeleteTopicState().name("there").topicId(UNKNOWN_ID));
        parity.inVersions(
                key,
                "by ID",
                6,
                6,
                (side, v) ->
                        new DeleteTopicsRequest()
                                .timeoutMs(30_000)
                                .topics(
                                        List.of(
                                                new DeleteTopicState()
                                                        .topicId(side.topicId("doomed-by-id")))));
        parity.inVersions(
                key,
                "one topic by name and by ID",
                6,
                6,
                (side, v) ->
                        new DeleteTopicsRequest()
                                .timeoutMs(30_000)
                                .topics(
                                        List.of(
                                                new DeleteTopicState().name("doomed-both-ways"),
                                                new DeleteTopicState()
                                                        .topicId(
                                                                side.topicId(
                                                                        "doomed-both-ways")))));
    }

    private void byState(String name, DeleteTopicState... states) {
        parity.inVersions(
                ApiKey.DELETE_TOPICS,
                name,
                6,
                6,
                (side, version) ->
                        new DeleteTopicsRequest().timeoutMs(30_000).topics(List.of(states)));
    }

    private static DeleteTopicsRequest delete(short version, String... names) {
        DeleteTopicsRequest request = new DeleteTopicsRequest().timeoutMs(30_000);
        return version < 6
                ? request.topicNames(List.of(names))
                : request.topics(
                        Arrays.stream(names)
                                .map(name -> new DeleteTopicState().name(name))
                                .toList());
    }

    void createPartitions() {
        for (short version = 0; version <= 3; version++) {
            parity.createTopic("growing-" + version, 1, Map.of());
            parity.createTopic("assigned-growing-" + version, 1, Map.of());
        }
        parity.createTopic("grown", 3, Map.of());
        growing("three", v -> more("growing-" + v, 3));
        growing("the same", v -> more("grown", 3));
        growing("fewer", v -> more("grown", 2));
        growing("none", v -> more("grown", 0));
        growing("minus one", v -> more("grown", -1));
        growing("unknown", v -> more("nowhere", 3));
        growing("invalid name", v -> more("a b", 3));
        growing("empty name", v -> more("", 3));
        growing("assigned", v -> more("assigned-growing-" + v, 3, List.of(List.of(1), List.of(1))));
        growing("too few assigned", v -> more("grown", 5, List.of(List.of(1))));
        growing("too many assigned", v -> more("grown", 4, List.of(List.of(1), List.of(1))));
        growing("none assigned", v -> more("grown", 4, List.of()));
        growing("assigned to a stranger", v -> more("grown", 4, List.of(List.of(99))));
        growing("assigned to nobody", v -> more("grown", 4, List.of(List.of())));
        growing("assigned twice to one", v -> more("grown", 4, List.of(List.of(1, 1))));
        growing("the same, assigned", v -> more("grown", 3, List.of(List.of(1))));
        parity.everyVersion(
                ApiKey.CREATE_PARTITIONS,
                "no topics",
                (side, v) -> new CreatePartitionsRequest().timeoutMs(30_000));
        parity.everyVersion(
                ApiKey.CREATE_PARTITIONS,
                "twice in one request",
                (side, v) -> grow(more("grown", 4), more("grown", 5), more("nowhere", 2)));
        parity.everyVersion(
                ApiKey.CREATE_PARTITIONS,
                "validated only",
                (side, v) ->
                        grow(more("grown", 4), more("there", 1), more("nowhere", 2))
                                .validateOnly(true));
    }

    private interface Growth {
        CreatePartitionsTopic in(short version);
    }

    private void growing(String name, Growth growth) {
        parity.everyVersion(
                ApiKey.CREATE_PARTITIONS, name, (side, version) -> grow(growth.in(version)));
    }

    private static CreatePartitionsRequest grow(CreatePartitionsTopic... topics) {
        return new CreatePartitionsRequest().timeoutMs(30_000).topics(List.of(topics));
    }

    private static CreatePartitionsTopic more(String topic, int count) {
        return new CreatePartitionsTopic().name(topic).count(count).assignments(null);
    }

    private static CreatePartitionsTopic more(
            String topic, int count, List<List<Integer>> assignments) {
        return more(topic, count)
                .assignments(
                        assignments.stream()
                                .map(brokers -> new CreatePartitionsAssignment().brokerIds(brokers))
                                .toList());
    }

    void metadata() {
        parity.createTopic("described", 2, Map.of());
        describing("known", false, "described", "there");
        describing("known and unknown", false, "described", "nowhere");
        describing("twice", false, "described", "described");
        describing("invalid names", false, "a b", "", "..", TOO_LONG);
        describing("invalid name, to be created", true, "a b");
        describing("colliding name, to be created", true, "dotted_name");
        describing("internal name", false, "__consumer_offsets");
        ApiKey key = ApiKey.METADATA;
        parity.everyVersionWhenSettled(
                key,
                "all",
                (side, version) -> new MetadataRequest().topics(version == 0 ? List.of() : null));
        parity.everyVersion(
                key,
                "unknown, to be created",
                (side, version) -> ask(true, "created-by-metadata-" + version));
        for (short version = 0; version <= 13; version++) {
            parity.awaitTopic("created-by-metadata-" + version, 1);
        }
        parity.inVersions(
                key, "none", 1, 13, (side, version) -> new MetadataRequest().topics(List.of()));
        byId("by ID", side -> side.topicId("described"), null);
        byId("by unknown ID", side -> UNKNOWN_ID, null);
        byId("by no ID", side -> NO_ID, null);
        byId("by ID and name", side -> side.topicId("described"), "described");
        byId("by ID and another's name", side -> side.topicId("described"), "there");
        byId("by unknown ID and name", side -> UNKNOWN_ID, "described");
        parity.everyVersion(
                key,
                "with operations",
                (side, version) ->
                        ask(false, "described", "nowhere").includeTopicAuthorizedOperations(true));
        parity.inVersions(
                key,
                "with operations of the cluster",
                8,
                10,
                (side, version) ->
                        ask(false, "described").includeClusterAuthorizedOperations(true));
    }

    private interface ById {
        UUID of(Parity.Side side);
    }

    private void byId(String name, ById id, String topic) {
        parity.inVersions(
                ApiKey.METADATA,
                name,
                10,
                13,
                (side, version) ->
                        new MetadataRequest()
                                .allowAutoTopicCreation(false)
                                .topics(
                                        List.of(
                                                new MetadataRequestTopic()
                                                        .name(topic)
                                                        .topicId(id.of(side)))));
    }

    private void describing(String what, boolean create, String... topics) {
        parity.everyVersion(ApiKey.METADATA, what, (side, version) -> ask(create, topics));
    }

    private static MetadataRequest ask(boolean create, String... topics) {
        return new MetadataRequest()
                .allowAutoTopicCreation(create)
                .topics(
                        Arrays.stream(topics)
                                .map(topic -> new MetadataRequestTopic().name(topic))
                                .toList());
    }

    void describeTopicPartitions() {
        parity.createTopic("paged-a", 3, Map.of());
        parity.createTopic("paged-b", 2, Map.of());
        paging("known", 2_000, null, "paged-a", "paged-b");
        paging("in another order", 2_000, null, "paged-b", "paged-a");
        paging("twice", 2_000, null, "paged-a", "paged-a");
        paging("unknown", 2_000, null, "nowhere", "paged-a");
        paging("invalid", 2_000, null, "a b");
        paging("empty name", 2_000, null, "");
        paging("one at a time", 1, null, "paged-a", "paged-b");
        paging("three at a time", 3, null, "paged-a", "paged-b");
        paging("four at a time", 4, null, "paged-a", "paged-b");
        paging("none at a time", 0, null, "paged-a");
        paging("minus one at a time", -1, null, "paged-a");
        paging("from a cursor", 2_000, at("paged-a", 1), "paged-a", "paged-b");
        paging("from the second topic", 2_000, at("paged-b", 1), "paged-a", "paged-b");
        paging("from the end", 2_000, at("paged-a", 3), "paged-a", "paged-b");
        paging("from beyond the end", 2_000, at("paged-a", 30), "paged-a", "paged-b");
        paging("from before the start", 2_000, at("paged-a", -1), "paged-a", "paged-b");
        paging("from between", 2_000, at("paged-aa", 1), "paged-a", "paged-b");
        paging("from behind", 2_000, at("zzz", 0), "paged-a", "paged-b");
        paging("from an unknown topic", 2_000, at("nowhere", 1), "nowhere", "paged-a");
        parity.everyVersionWhenSettled(
                ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                "all",
                (side, version) -> new DescribeTopicPartitionsRequest());
    }

    private static Cursor at(String topic, int partition) {
        return new Cursor().topicName(topic).partitionIndex(partition);
    }

    private void paging(String what, int limit, Cursor cursor, String... topics) {
        parity.everyVersion(
                ApiKey.DESCRIBE_TOPIC_PARTITIONS,
                what,
                (side, version) ->
                        new DescribeTopicPartitionsRequest()
                                .responsePartitionLimit(limit)
                                .cursor(cursor)
                                .topics(
                                        Arrays.stream(topics)
                                                .map(topic -> new TopicRequest().name(topic))
                                                .toList()));
    }
}
