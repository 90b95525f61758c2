package mortise.dist;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import mortise.dist.RawConnection.Answer;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.UnwritableMessageException;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.MetadataRequest;
import org.apache.kafka.common.Uuid;

/**
 * The same requests to Mortise and to Apache Kafka, and what differs between the answers. Texts
 * that cannot agree are compared by their kind: IDs, addresses, sizes of volumes, messages to
 * people.
 */
final class Parity implements AutoCloseable {
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Pattern ANY_ID = Pattern.compile("producer_id");

    /** Fields of which only the kind is compared: nothing, or something. */
    private static final Pattern ANY_TEXT =
            Pattern.compile(
                    "(.*\\.)?(error_message|host|port|cluster_id|log_dir|documentation|rack|"
                            + "finalized_features_epoch)");

    /** Numbers of which only the sign is compared. */
    private static final Pattern ANY_NUMBER =
            Pattern.compile("(.*\\.)?(session_id|log_append_time_ms|total_bytes|usable_bytes)");

    /** Identities that a broker makes up for members of groups. */
    private static final Pattern MADE_UP =
            Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

    private final Side mortise;
    private final Side kafka;
    private final List<Difference> differences = new ArrayList<>();
    private final Map<ApiKey, Set<Short>> compared = new TreeMap<>();
    private final Map<ApiKey, short[]> kafkaRanges = new HashMap<>();

    Parity(String mortiseBootstrap, String kafkaBootstrap) {
        mortise = new Side("mortise", mortiseBootstrap);
        kafka = new Side("kafka", kafkaBootstrap);
    }

    /** A field that differs in one version. */
    record Difference(
            String api, String request, String path, String ours, String theirs, short version) {
        /** Everything but the version. */
        String text() {
            return api + " [" + request + "] " + path + ": mortise " + ours + ", kafka " + theirs;
        }
    }

    /** One of the two brokers, and what it calls things. */
    static final class Side implements AutoCloseable {
        private final String name;
        private final RawConnection connection;
        private final Map<String, UUID> topicIds = new HashMap<>();
        private final Map<String, Long> numbers = new HashMap<>();
        private final Map<String, String> texts = new HashMap<>();

        Side(String name, String bootstrap) {
            this.name = name;
            connection = new RawConnection(bootstrap);
        }

        /** The ID that this broker gave a topic. */
        UUID topicId(String topic) {
            UUID id = topicIds.get(topic);
            if (id == null) {
                throw new AssertionError(name + " was not asked for the ID of " + topic);
            }
            return id;
        }

        /** Whether the ID of a topic was asked for. */
        boolean knows(String topic) {
            return topicIds.containsKey(topic);
        }

        /** A number that was kept from an earlier answer of this broker. */
        long number(String what) {
            return numbers.get(what);
        }

        /** A text that was kept from an earlier answer of this broker. */
        String text(String what) {
            return texts.getOrDefault(what, "");
        }

        private String readable(String text) {
            String readable = text;
            for (Map.Entry<String, String> kept : texts.entrySet()) {
                if (!kept.getValue().isEmpty()) {
                    readable = readable.replace(kept.getValue(), "the " + kept.getKey());
                }
            }
            for (Map.Entry<String, UUID> topic : topicIds.entrySet()) {
                String id = kafkaUuid(topic.getValue()).toString();
                if (readable.contains(id)) {
                    readable = readable.replace(id, "the ID of " + topic.getKey());
                }
            }
            return MADE_UP.matcher(readable).replaceAll("made-up");
        }

        @Override
        public void close() {
            connection.close();
        }
    }

    private static Uuid kafkaUuid(UUID id) {
        return new Uuid(id.getMostSignificantBits(), id.getLeastSignificantBits());
    }

    /** Makes the request for a side in a version; null: this version has no such request. */
    interface Request {
        ApiMessage to(Side side, short version);
    }

    /** Sends a request in every version that can say it to both, and notes what differs. */
    void everyVersion(ApiKey key, String name, Request request) {
        inVersions(key, name, key.lowestVersion(), key.highestVersion(), request);
    }

    /** Sends a request in these versions, as far as both brokers serve them. */
    void inVersions(ApiKey key, String name, int first, int last, Request request) {
        int said = 0;
        for (int version = first; version <= last; version++) {
            said += compare(key, name, (short) version, request, false) ? 1 : 0;
        }
        if (said == 0) {
            throw new AssertionError(key + " [" + name + "] fits no version");
        }
    }

    /** As {@link #everyVersion}, for what a broker may still be about to learn. */
    void everyVersionWhenSettled(ApiKey key, String name, Request request) {
        for (short version = key.lowestVersion(); version <= key.highestVersion(); version++) {
            compare(key, name, version, request, true);
        }
    }

    /** Sends one request to both and notes what differs; false if the version cannot say it. */
    private boolean compare(
            ApiKey key, String name, short version, Request request, boolean settles) {
        if (!served(key, version)) {
            return false;
        }
        try {
            mortise.connection.encode(key, version, request.to(mortise, version));
        } catch (UnwritableMessageException unsayable) {
            return false;
        }
        long deadline = System.nanoTime() + SETTLE_NANOS;
        List<Difference> found = differences(key, name, version, request);
        while (settles && !IntendedDifference.all(found) && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
            found = differences(key, name, version, request);
        }
        differences.addAll(found);
        compared.computeIfAbsent(key, first -> new TreeSet<>()).add(version);
        return true;
    }

    /** Whether Apache Kafka says that it serves a version; Mortise must serve what it does. */
    boolean served(ApiKey key, short version) {
        if (kafkaRanges.isEmpty()) {
            Answer answer =
                    kafka.connection.call(
                            ApiKey.API_VERSIONS,
                            (short) 4,
                            new mortise.wire.message.ApiVersionsRequest()
                                    .clientSoftwareName("parity")
                                    .clientSoftwareVersion("1"));
            for (ApiKey known : ApiKey.values()) {
                String place = "api_keys[" + known.id() + "]";
                if (answer.fields().containsKey(place)) {
                    kafkaRanges.put(
                            known,
                            new short[] {
                                Short.parseShort(answer.field(place + ".min_version")),
                                Short.parseShort(answer.field(place + ".max_version"))
                            });
                }
            }
        }
        short[] range = kafkaRanges.get(key);
        return range != null && version >= range[0] && version <= range[1];
    }

    private List<Difference> differences(ApiKey key, String name, short version, Request request) {
        Answer ours = mortise.connection.call(key, version, request.to(mortise, version));
        Answer theirs = kafka.connection.call(key, version, request.to(kafka, version));
        return differences(key, version, name, ours, theirs);
    }

    private List<Difference> differences(
            ApiKey key, short version, String name, Answer ours, Answer theirs) {
        Map<String, String> left = comparable(mortise, ours);
        Map<String, String> right = comparable(kafka, theirs);
        List<Difference> found = new ArrayList<>();
        TreeSet<String> paths = new TreeSet<>(left.keySet());
        paths.addAll(right.keySet());
        String missing = null;
        for (String path : paths) {
            if (missing != null && path.startsWith(missing)) {
                continue;
            }
            String mine = left.getOrDefault(path, "absent");
            String his = right.getOrDefault(path, "absent");
            if (!mine.equals(his)) {
                if (mine.equals("absent") || his.equals("absent")) {
                    missing = path;
                }
                String stable = path.replace("-" + version + "]", "-v]");
                found.add(new Difference(key.apiName(), name, stable, mine, his, version));
            }
        }
        return found;
    }

    private static Map<String, String> comparable(Side side, Answer answer) {
        Map<String, String> texts = new TreeMap<>();
        answer.fields()
                .forEach((path, text) -> {
                    String comparable = side.readable(text);
                    if (ANY_TEXT.matcher(path).matches()) {
                        comparable =
                                text.equals("null") || text.isEmpty() ? "nothing" : "something";
                    } else if (ANY_ID.matcher(path).matches()) {
                        comparable = text.startsWith("-") ? "none" : "some";
                    } else if (path.endsWith("].topic_id") && isUnheardOf(side, text)) {
                        comparable = "some";
                    } else if (ANY_NUMBER.matcher(path).matches()) {
                        comparable =
                                text.startsWith("-")
                                        ? "negative"
                                        : text.equals("0") ? "0" : "positive";
                    }
                    texts.put(side.readable(path), comparable);
                });
        return texts;
    }

    /** Whether an ID was given by the broker itself, and nobody asked for it yet. */
    private static boolean isUnheardOf(Side side, String id) {
        return !id.equals(Uuid.ZERO_UUID.toString())
                && !id.equals(kafkaUuid(ParityOfTopics.UNKNOWN_ID).toString())
                && side.readable(id).equals(id);
    }

    /** Asks both for something and keeps a number from each answer under a name. */
    void keep(String what, ApiKey key, short version, String path, Request request) {
        for (Side side : List.of(mortise, kafka)) {
            Answer answer = side.connection.call(key, version, request.to(side, version));
            side.numbers.put(what, Long.valueOf(answer.field(path)));
        }
    }

    /** Asks both for something and keeps a text from each answer under a name. */
    void keepText(String what, ApiKey key, short version, String path, Request request) {
        for (Side side : List.of(mortise, kafka)) {
            Answer answer = side.connection.call(key, version, request.to(side, version));
            side.texts.put(what, answer.field(path));
        }
    }

    /** Asks both until both answer without an error at this place. */
    void await(ApiKey key, short version, String path, Request request) {
        for (Side side : List.of(mortise, kafka)) {
            long deadline = System.nanoTime() + SETTLE_NANOS;
            String error = "";
            while (!error.equals("0")) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError(side.name + " answers " + key + " with " + error);
                }
                error = side.connection.call(key, version, request.to(side, version)).field(path);
                LockSupport.parkNanos(error.equals("0") ? 1 : PAUSE_NANOS);
            }
        }
    }

    /** Creates a topic on both and waits until both lead its partitions. */
    void createTopic(String topic, int partitions, Map<String, String> configs) {
        List<CreateTopicsRequest.CreatableTopicConfig> set = new ArrayList<>();
        configs.forEach((name, value) ->
                set.add(new CreateTopicsRequest.CreatableTopicConfig().name(name).value(value)));
        for (Side side : List.of(mortise, kafka)) {
            Answer created =
                    side.connection.call(
                            ApiKey.CREATE_TOPICS,
                            (short) 7,
                            new CreateTopicsRequest()
                                    .timeoutMs(30_000)
                                    .topics(
                                            List.of(
                                                    new CreateTopicsRequest.CreatableTopic()
                                                            .name(topic)
                                                            .numPartitions(partitions)
                                                            .replicationFactor((short) 1)
                                                            .configs(set))));
            String error = created.field("topics[" + topic + "].error_code");
            if (!error.equals("0")) {
                throw new AssertionError(side.name + " refuses to create " + topic + ": " + error);
            }
        }
        awaitTopic(topic, partitions);
    }

    /** Waits until both lead every partition of a topic, and keeps its IDs. */
    void awaitTopic(String topic, int partitions) {
        for (Side side : List.of(mortise, kafka)) {
            Answer answer = metadata(side, topic);
            long deadline = System.nanoTime() + SETTLE_NANOS;
            while (!leads(answer, topic, partitions)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError(side.name + " does not lead " + topic + ": " + answer);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
                answer = metadata(side, topic);
            }
            // Apache Kafka tells of a leader before the leader itself has opened the log
            while (!serves(side, topic, partitions)) {
                if (System.nanoTime() - deadline > 0) {
                    throw new AssertionError(side.name + " does not serve " + topic);
                }
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            Uuid id = Uuid.fromString(answer.field("topics[" + topic + "].topic_id"));
            side.topicIds.put(
                    topic, new UUID(id.getMostSignificantBits(), id.getLeastSignificantBits()));
        }
    }

    private static Answer metadata(Side side, String topic) {
        return side.connection.call(
                ApiKey.METADATA,
                (short) 12,
                new MetadataRequest()
                        .allowAutoTopicCreation(false)
                        .topics(List.of(new MetadataRequest.MetadataRequestTopic().name(topic))));
    }

    private static boolean serves(Side side, String topic, int partitions) {
        Answer answer =
                side.connection.call(
                        ApiKey.LIST_OFFSETS,
                        (short) 7,
                        new ListOffsetsRequest()
                                .replicaId(-1)
                                .topics(
                                        List.of(
                                                new ListOffsetsRequest.ListOffsetsTopic()
                                                        .name(topic)
                                                        .partitions(latest(partitions)))));
        return IntStream.range(0, partitions)
                .allMatch(partition ->
                        answer.field(
                                        "topics["
                                                + topic
                                                + "].partitions["
                                                + partition
                                                + "].error_code")
                                .equals("0"));
    }

    private static List<ListOffsetsRequest.ListOffsetsPartition> latest(int partitions) {
        return IntStream.range(0, partitions)
                .mapToObj(partition ->
                        new ListOffsetsRequest.ListOffsetsPartition()
                                .partitionIndex(partition)
                                .currentLeaderEpoch(-1)
                                .timestamp(-1))
                .toList();
    }

    private static boolean leads(Answer answer, String topic, int partitions) {
        String place = "topics[" + topic + "].";
        for (int partition = 0; partition < partitions; partition++) {
            if (!answer.fields()
                    .getOrDefault(place + "partitions[" + partition + "].leader_id", "-1")
                    .equals("1")) {
                return false;
            }
        }
        return answer.fields().get(place + "partitions.size").equals(Integer.toString(partitions));
    }

    /** What differed so far. */
    List<Difference> differences() {
        return List.copyOf(differences);
    }

    /** The versions in which an API was compared. */
    Map<ApiKey, Set<Short>> compared() {
        return Map.copyOf(compared);
    }

    @Override
    public void close() {
        mortise.close();
        kafka.close();
    }
}
