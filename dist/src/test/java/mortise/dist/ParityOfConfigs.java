package mortise.dist;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import mortise.wire.ApiKey;
import mortise.wire.message.AlterConfigsRequest;
import mortise.wire.message.AlterReplicaLogDirsRequest;
import mortise.wire.message.AlterReplicaLogDirsRequest.AlterReplicaLogDir;
import mortise.wire.message.AlterReplicaLogDirsRequest.AlterReplicaLogDirTopic;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.DescribeClusterRequest;
import mortise.wire.message.DescribeConfigsRequest;
import mortise.wire.message.DescribeConfigsRequest.DescribeConfigsResource;
import mortise.wire.message.DescribeLogDirsRequest;
import mortise.wire.message.DescribeLogDirsRequest.DescribableLogDirTopic;
import mortise.wire.message.IncrementalAlterConfigsRequest;
import mortise.wire.message.ListConfigResourcesRequest;

/** Requests about configurations, the broker and the cluster. */
final class ParityOfConfigs {
    private static final byte UNKNOWN = 0;
    private static final byte TOPIC = 2;
    private static final byte BROKER = 4;
    private static final byte LOGGER = 8;
    private static final byte CLIENT_METRICS = 16;
    private static final byte GROUP = 32;
    private static final byte SET = 0;
    private static final byte DELETE = 1;
    private static final byte APPEND = 2;
    private static final byte SUBTRACT = 3;

    /** Dynamic configurations that both have for brokers. */
    private static final List<String> OF_BROKERS =
            List.of(
                    "message.max.bytes",
                    "log.retention.ms",
                    "log.segment.bytes",
                    "log.cleanup.policy",
                    "min.insync.replicas",
                    "num.partitions",
                    "auto.create.topics.enable",
                    "default.replication.factor",
                    "delete.topic.enable");

    private final Parity parity;

    ParityOfConfigs(Parity parity) {
        this.parity = parity;
    }

    // ---- DescribeConfigs

    void describeConfigs() {
        parity.createTopic(
                "configured", 1, Map.of("retention.ms", "1000000", "cleanup.policy", "delete"));
        describing("a topic", resource(TOPIC, "configured"));
        describing("some configs", resource(TOPIC, "configured", "retention.ms", "segment.ms"));
        describing("an unknown config", resource(TOPIC, "configured", "no.such.config"));
        describing("no configs", resource(TOPIC, "configured").configurationKeys(List.of()));
        describing("an unknown topic", resource(TOPIC, "nowhere"));
        describing("an invalid topic", resource(TOPIC, "a b"));
        describing("an empty topic", resource(TOPIC, ""));
        describing(
                "configs of the broker", resource(BROKER, "1", OF_BROKERS.toArray(String[]::new)));
        describing("all brokers", resource(BROKER, ""));
        describing("another broker", resource(BROKER, "99"));
        describing("no number", resource(BROKER, "one"));
        describing("a negative broker", resource(BROKER, "-1"));
        describing("an unknown type", resource(UNKNOWN, "x"));
        describing("another unknown type", resource((byte) 99, "x"));
        describing("loggers of another broker", resource(LOGGER, "99"));
        describing("client metrics", resource(CLIENT_METRICS, "subscription"));
        describing("a group", resource(GROUP, "group"));
        describing(
                "twice", resource(TOPIC, "configured", "segment.ms"), resource(TOPIC, "nowhere"));
        describing("nothing");
        parity.everyVersion(
                ApiKey.DESCRIBE_CONFIGS,
                "with synonyms",
                (side, version) ->
                        new DescribeConfigsRequest()
                                .includeSynonyms(true)
                                .resources(
                                        List.of(
                                                resource(TOPIC, "configured"),
                                                resource(
                                                        BROKER,
                                                        "1",
                                                        OF_BROKERS.toArray(String[]::new)))));
        parity.everyVersion(
                ApiKey.DESCRIBE_CONFIGS,
                "with documentation",
                (side, version) ->
                        new DescribeConfigsRequest()
                                .includeDocumentation(true)
                                .resources(List.of(resource(TOPIC, "configured"))));
    }

    private static DescribeConfigsResource resource(byte type, String name, String... keys) {
        return new DescribeConfigsResource()
                .resourceType(type)
                .resourceName(name)
                .configurationKeys(keys.length == 0 ? null : List.of(keys));
    }

    private void describing(String what, DescribeConfigsResource... resources) {
        parity.everyVersion(
                ApiKey.DESCRIBE_CONFIGS,
                what,
                (side, version) -> new DescribeConfigsRequest().resources(List.of(resources)));
    }

    /** Compares what is set, until both brokers have heard of it. */
    private void afterwards(String what) {
        parity.everyVersionWhenSettled(
                ApiKey.DESCRIBE_CONFIGS,
                "after: " + what,
                (side, version) ->
                        new DescribeConfigsRequest()
                                .includeSynonyms(true)
                                .resources(
                                        List.of(
                                                resource(TOPIC, "altered"),
                                                resource(
                                                        BROKER,
                                                        "1",
                                                        OF_BROKERS.toArray(String[]::new)),
                                                resource(BROKER, ""))));
    }

    // ---- AlterConfigs

    void alterConfigs() {
        parity.createTopic("altered", 1, Map.of("segment.ms", "3600000"));
        altering("set", whole(TOPIC, "altered", "retention.ms", "2000000"));
        afterwards("AlterConfigs sets");
        altering("unknown config", whole(TOPIC, "altered", "no.such.config", "1"));
        altering("invalid value", whole(TOPIC, "altered", "retention.ms", "soon"));
        altering("out of range", whole(TOPIC, "altered", "retention.ms", "-5"));
        altering("null value", whole(TOPIC, "altered", "retention.ms", null));
        altering(
                "twice one config",
                whole(TOPIC, "altered", "retention.ms", "1", "retention.ms", "2"));
        altering("unknown topic", whole(TOPIC, "nowhere", "retention.ms", "1000"));
        altering("invalid topic", whole(TOPIC, "a b", "retention.ms", "1000"));
        altering("empty topic", whole(TOPIC, "", "retention.ms", "1000"));
        altering("another broker", whole(BROKER, "99", "message.max.bytes", "2000000"));
        altering("no number", whole(BROKER, "one", "message.max.bytes", "2000000"));
        altering("unknown type", whole(UNKNOWN, "x", "a", "b"));
        altering("another unknown type", whole((byte) 99, "x", "a", "b"));
        altering("nothing of a topic", whole(TOPIC, "altered"));
        afterwards("AlterConfigs sets nothing");
        altering("nothing");
        altering("all brokers", whole(BROKER, "", "log.retention.ms", "7200000"));
        altering("the broker", whole(BROKER, "1", "message.max.bytes", "2000000"));
        afterwards("AlterConfigs sets brokers");
        altering("a read-only config", whole(BROKER, "1", "log.dirs", "/nowhere"));
        altering("unknown config of a broker", whole(BROKER, "1", "no.such.config", "1"));
        altering("nothing of all brokers", whole(BROKER, ""));
        altering("nothing of the broker", whole(BROKER, "1"));
        afterwards("AlterConfigs resets brokers");
        parity.everyVersion(
                ApiKey.ALTER_CONFIGS,
                "validated only",
                (side, version) ->
                        new AlterConfigsRequest()
                                .validateOnly(true)
                                .resources(
                                        List.of(
                                                whole(TOPIC, "altered", "retention.ms", "77"),
                                                whole(TOPIC, "nowhere", "retention.ms", "77"),
                                                whole(BROKER, "1", "message.max.bytes", "77"))));
        afterwards("AlterConfigs validates");
    }

    private static AlterConfigsRequest.AlterConfigsResource whole(
            byte type, String name, String... namesAndValues) {
        return new AlterConfigsRequest.AlterConfigsResource()
                .resourceType(type)
                .resourceName(name)
                .configs(
                        IntStream.range(0, namesAndValues.length / 2)
                                .mapToObj(index ->
                                        new AlterConfigsRequest.AlterableConfig()
                                                .name(namesAndValues[2 * index])
                                                .value(namesAndValues[2 * index + 1]))
                                .toList());
    }

    private void altering(String what, AlterConfigsRequest.AlterConfigsResource... resources) {
        parity.everyVersion(
                ApiKey.ALTER_CONFIGS,
                what,
                (side, version) -> new AlterConfigsRequest().resources(List.of(resources)));
    }

    // ---- IncrementalAlterConfigs

    private record Change(String name, byte operation, String value) {}

    void incrementalAlterConfigs() {
        changing("set", TOPIC, "altered", new Change("retention.ms", SET, "3000000"));
        changing("unknown operation", TOPIC, "altered", new Change("retention.ms", (byte) 9, "1"));
        changing("unknown config", TOPIC, "altered", new Change("no.such.config", SET, "1"));
        changing("unknown config deleted", TOPIC, "altered", new Change("no.such", DELETE, null));
        changing("invalid value", TOPIC, "altered", new Change("retention.ms", SET, "soon"));
        changing("out of range", TOPIC, "altered", new Change("retention.ms", SET, "-5"));
        changing("null value", TOPIC, "altered", new Change("retention.ms", SET, null));
        changing("null appended", TOPIC, "altered", new Change("cleanup.policy", APPEND, null));
        changing("appended to a number", TOPIC, "altered", new Change("retention.ms", APPEND, "1"));
        changing(
                "subtracted from a number",
                TOPIC,
                "altered",
                new Change("retention.ms", SUBTRACT, "1"));
        changing(
                "appended what is there",
                TOPIC,
                "altered",
                new Change("cleanup.policy", APPEND, "delete"));
        afterwards("appended what is there");
        changing(
                "appended what cannot be",
                TOPIC,
                "altered",
                new Change("cleanup.policy", APPEND, "shred"));
        changing(
                "subtracted what is not there",
                TOPIC,
                "altered",
                new Change("cleanup.policy", SUBTRACT, "compact"));
        changing("deleted", TOPIC, "altered", new Change("cleanup.policy", DELETE, null));
        changing(
                "deleted with a value",
                TOPIC,
                "altered",
                new Change("cleanup.policy", DELETE, "x"));
        changing("set to nothing", TOPIC, "altered", new Change("retention.ms", SET, ""));
        changing(
                "twice one config",
                TOPIC,
                "altered",
                new Change("retention.ms", SET, "1"),
                new Change("retention.ms", DELETE, null));
        changing("unknown topic", TOPIC, "nowhere", new Change("retention.ms", SET, "1"));
        changing("invalid topic", TOPIC, "a b", new Change("retention.ms", SET, "1"));
        changing("no changes", TOPIC, "altered");
        changing("empty topic", TOPIC, "", new Change("retention.ms", SET, "1"));
        changing("another broker", BROKER, "99", new Change("message.max.bytes", SET, "1"));
        changing("no number", BROKER, "one", new Change("message.max.bytes", SET, "1"));
        changing("a read-only config", BROKER, "1", new Change("log.dirs", SET, "/nowhere"));
        changing("unknown of a broker", BROKER, "1", new Change("no.such.config", SET, "1"));
        changing("invalid of a broker", BROKER, "1", new Change("message.max.bytes", SET, "big"));
        changing(
                "the broker and all", BROKER, "1", new Change("message.max.bytes", SET, "3000000"));
        changing("all brokers", BROKER, "", new Change("log.retention.ms", SET, "7200000"));
        afterwards("brokers are set");
        changing("the broker reset", BROKER, "1", new Change("message.max.bytes", DELETE, null));
        changing("all brokers reset", BROKER, "", new Change("log.retention.ms", DELETE, null));
        afterwards("brokers are reset");
        changing("unknown type", UNKNOWN, "x", new Change("a", SET, "b"));
        changing("another unknown type", (byte) 99, "x", new Change("a", SET, "b"));
        parity.everyVersion(
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                "nothing",
                (side, version) -> new IncrementalAlterConfigsRequest());
        parity.everyVersion(
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                "one resource twice",
                (side, version) ->
                        new IncrementalAlterConfigsRequest()
                                .resources(
                                        List.of(
                                                changed(
                                                        TOPIC,
                                                        "altered",
                                                        new Change("retention.ms", SET, "1")),
                                                changed(
                                                        TOPIC,
                                                        "altered",
                                                        new Change("segment.ms", SET, "1")))));
        parity.everyVersion(
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                "validated only",
                (side, version) ->
                        new IncrementalAlterConfigsRequest()
                                .validateOnly(true)
                                .resources(
                                        List.of(
                                                changed(
                                                        TOPIC,
                                                        "altered",
                                                        new Change("retention.ms", SET, "88")),
                                                changed(
                                                        TOPIC,
                                                        "nowhere",
                                                        new Change("retention.ms", SET, "88")))));
        afterwards("validated");
    }

    private static IncrementalAlterConfigsRequest.AlterConfigsResource changed(
            byte type, String name, Change... changes) {
        return new IncrementalAlterConfigsRequest.AlterConfigsResource()
                .resourceType(type)
                .resourceName(name)
                .configs(
                        Arrays.stream(changes)
                                .map(change ->
                                        new IncrementalAlterConfigsRequest.AlterableConfig()
                                                .name(change.name)
                                                .configOperation(change.operation)
                                                .value(change.value))
                                .toList());
    }

    private void changing(String what, byte type, String name, Change... changes) {
        parity.everyVersion(
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                what,
                (side, version) ->
                        new IncrementalAlterConfigsRequest()
                                .resources(List.of(changed(type, name, changes))));
    }

    // ---- ListConfigResources, DescribeLogDirs, DescribeCluster, ApiVersions

    void listConfigResources() {
        ApiKey key = ApiKey.LIST_CONFIG_RESOURCES;
        parity.everyVersion(key, "all", (side, version) -> new ListConfigResourcesRequest());
        for (byte type : new byte[] {TOPIC, BROKER, CLIENT_METRICS, GROUP, UNKNOWN, 99}) {
            parity.inVersions(
                    key,
                    "type " + type,
                    1,
                    1,
                    (side, version) ->
                            new ListConfigResourcesRequest().resourceTypes(List.of(type)));
        }
        parity.inVersions(
                key,
                "two types",
                1,
                1,
                (side, version) ->
                        new ListConfigResourcesRequest()
                                .resourceTypes(List.of(BROKER, TOPIC, BROKER)));
    }

    void describeLogDirs() {
        parity.createTopic("stored", 2, Map.of());
        dirs("a topic", dir("stored", 0, 1));
        dirs("a partition", dir("stored", 1));
        dirs("an unknown partition", dir("stored", 7));
        dirs("an unknown topic", dir("nowhere", 0));
        dirs("an invalid topic", dir("a b", 0));
        dirs("no partitions", dir("stored"));
        dirs("one partition twice", dir("stored", 0, 0));
        dirs("one topic twice", dir("stored", 0), dir("stored", 1));
        dirs("no topics");
        dirs("written", dir("read", 0, 1));
        parity.everyVersion(
                ApiKey.DESCRIBE_LOG_DIRS,
                "all",
                (side, version) -> new DescribeLogDirsRequest().topics(null));
    }

    void alterReplicaLogDirs() {
        moving("an unknown directory", "/nowhere", "stored", 0, 1);
        moving("a relative directory", "logs", "stored", 0);
        moving("an unknown topic to an unknown directory", "/nowhere", "nowhere", 0);
        moving("an unknown partition to an unknown directory", "/nowhere", "stored", 7);
        moving("one partition twice", "/nowhere", "stored", 0, 0);
        parity.everyVersion(
                ApiKey.ALTER_REPLICA_LOG_DIRS,
                "no directories",
                (side, version) -> new AlterReplicaLogDirsRequest());
    }

    private void moving(String what, String path, String topic, Integer... partitions) {
        parity.everyVersion(
                ApiKey.ALTER_REPLICA_LOG_DIRS,
                what,
                (side, version) ->
                        new AlterReplicaLogDirsRequest()
                                .dirs(
                                        List.of(
                                                new AlterReplicaLogDir()
                                                        .path(path)
                                                        .topics(
                                                                List.of(
                                                                        new AlterReplicaLogDirTopic()
                                                                                .name(topic)
                                                                                .partitions(
                                                                                        List.of(
                                                                                                partitions)))))));
    }

    private static DescribableLogDirTopic dir(String topic, Integer... partitions) {
        return new DescribableLogDirTopic().topic(topic).partitions(List.of(partitions));
    }

    private void dirs(String what, DescribableLogDirTopic... topics) {
        parity.everyVersion(
                ApiKey.DESCRIBE_LOG_DIRS,
                what,
                (side, version) -> new DescribeLogDirsRequest().topics(List.of(topics)));
    }

    void describeCluster() {
        ApiKey key = ApiKey.DESCRIBE_CLUSTER;
        parity.everyVersion(key, "plain", (side, version) -> new DescribeClusterRequest());
        parity.everyVersion(
                key,
                "with operations",
                (side, version) ->
                        new DescribeClusterRequest().includeClusterAuthorizedOperations(true));
        parity.inVersions(
                key,
                "with fenced brokers",
                2,
                2,
                (side, version) -> new DescribeClusterRequest().includeFencedBrokers(true));
        for (byte type : new byte[] {0, 2, 3, -1}) {
            parity.inVersions(
                    key,
                    "endpoint type " + type,
                    1,
                    2,
                    (side, version) -> new DescribeClusterRequest().endpointType(type));
        }
    }

    void apiVersions() {
        versions("plain", "parity", "1.0");
        versions("empty names", "", "");
        versions("invalid name", "a b", "1.0");
        versions("invalid version", "parity", "1 0");
        versions("name with a dash at its end", "parity-", "1.0");
    }

    private void versions(String what, String name, String version) {
        parity.everyVersion(
                ApiKey.API_VERSIONS,
                what,
                (side, v) ->
                        new ApiVersionsRequest()
                                .clientSoftwareName(name)
                                .clientSoftwareVersion(version));
    }
}
