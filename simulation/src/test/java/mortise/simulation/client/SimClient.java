package mortise.simulation.client;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import mortise.api.ErrorCode;
import mortise.api.Timers;
import mortise.simulation.check.Ledger;
import mortise.simulation.check.TopicLedger;
import mortise.simulation.world.Delays;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.ApiVersionsRequest;
import mortise.wire.message.ApiVersionsResponse;
import mortise.wire.message.MetadataRequest;
import mortise.wire.message.MetadataResponse;
import org.jspecify.annotations.Nullable;

/**
 * A client that has one connection at a time, asks for versions and metadata as Kafka's clients do,
 * and takes the next step of whatever it is for when something has happened.
 */
abstract class SimClient {
    private static final long SHORTEST_BACKOFF = Delays.millis(20);
    private static final long LONGEST_BACKOFF = Delays.millis(500);

    private final ClientWorld world;
    private final String name;
    private final RandomGenerator random;
    private final Map<Short, Short> versions = new HashMap<>();
    private final Map<UUID, Topic> topics = new LinkedHashMap<>();
    private @Nullable Rpc rpc;
    private boolean connecting;
    private boolean wantsMetadata = true;
    private boolean stopped;
    private boolean stepping;
    private boolean resting;
    private int rests;

    /** A topic as metadata tells of it. */
    record Topic(UUID id, String name, List<Integer> leaderEpochs) {
        int partitions() {
            return leaderEpochs.size();
        }
    }

    SimClient(ClientWorld world, String name) {
        this.world = world;
        this.name = name;
        this.random = world.random();
    }

    ClientWorld world() {
        return world;
    }

    String name() {
        return name;
    }

    RandomGenerator random() {
        return random;
    }

    Ledger ledger() {
        return world.ledger();
    }

    /** The topics that the last metadata told of. */
    Map<UUID, Topic> topics() {
        return topics;
    }

    @Override
    public String toString() {
        return name;
    }

    /** Begins its work. */
    final void start() {
        step(0);
    }

    /** Ends it: no further request. */
    final void stop() {
        stopped = true;
        Rpc now = rpc;
        if (now != null) {
            now.close();
        }
    }

    final boolean stopped() {
        return stopped;
    }

    /** Takes a step after a delay. */
    final void step(long delayNanos) {
        later(
                delayNanos,
                "step",
                () -> {
                    if (!stopped) {
                        stepNow();
                    }
                });
    }

    /** Takes a step, which never begins another within itself. */
    final void stepNow() {
        if (stepping || stopped) {
            return;
        }
        stepping = true;
        try {
            Rpc now = rpc;
            if (now == null) {
                connect();
            } else if (!connecting && !resting) {
                act(now);
            }
        } finally {
            stepping = false;
        }
    }

    /** Does nothing for a while, unless the connection goes. */
    final void rest(long delayNanos) {
        resting = true;
        int rest = ++rests;
        later(
                delayNanos,
                "rested",
                () -> {
                    if (rest == rests) {
                        resting = false;
                        stepNow();
                    }
                });
    }

    /** Some time until a failed attempt is made again. */
    final long backoff() {
        return Delays.between(random, SHORTEST_BACKOFF, LONGEST_BACKOFF);
    }

    final Timers.Scheduled later(long delayNanos, String what, Runnable action) {
        return world.schedule().in(delayNanos, name + " " + what, action);
    }

    /** Does what there is to do, over a connection that is ready. Called again and again. */
    abstract void act(Rpc over);

    /** The connection is gone; requests in flight have been told. */
    void lostConnection() {}

    // ---- connections

    private void connect() {
        Rpc fresh = Rpc.connect(this);
        if (fresh == null) {
            step(backoff());
            return;
        }
        rpc = fresh;
        connecting = true;
        fresh.call(
                ApiKey.API_VERSIONS,
                (short) 3,
                new ApiVersionsRequest()
                        .clientSoftwareName("simulation")
                        .clientSoftwareVersion("1"),
                answer -> {
                    if (answer instanceof ApiVersionsResponse response) {
                        versions.clear();
                        response.apiKeys()
                                .forEach(api -> versions.put(api.apiKey(), api.maxVersion()));
                        refreshMetadata(fresh, () -> connecting = false);
                    }
                });
    }

    void disconnected(Rpc gone) {
        if (rpc == gone) {
            rpc = null;
            connecting = false;
            wantsMetadata = true;
            resting = false;
            rests++;
            lostConnection();
            step(backoff());
        }
    }

    /** Gives up the connection, as a client does that is confused. */
    final void reconnect() {
        Rpc now = rpc;
        if (now != null) {
            now.close();
        }
    }

    final short version(ApiKey key) {
        short served = versions.getOrDefault(key.id(), key.highestVersion());
        return (short) Math.min(served, key.highestVersion());
    }

    /** Sends a request; without an answer the result is null and the connection is gone. */
    final void call(
            Rpc over, ApiKey key, ApiMessage request, Consumer<@Nullable ApiMessage> result) {
        over.call(
                key,
                version(key),
                request,
                answer -> {
                    result.accept(answer);
                    if (answer != null) {
                        stepNow();
                    }
                });
    }

    // ---- metadata

    /** Has metadata asked for before the next step. */
    final void outdated() {
        wantsMetadata = true;
    }

    /** Whether metadata is asked for now, in which case the caller has nothing to do. */
    final boolean refreshing(Rpc over) {
        if (!wantsMetadata) {
            return false;
        }
        refreshMetadata(over, () -> {});
        return true;
    }

    private void refreshMetadata(Rpc over, Runnable then) {
        wantsMetadata = false;
        connecting = true;
        List<TopicLedger> living = ledger().living();
        Map<TopicLedger, Integer> counts = new LinkedHashMap<>();
        living.forEach(topic -> counts.put(topic, topic.promisedPartitions()));
        List<TopicLedger> gone =
                ledger().topics().stream().filter(TopicLedger::mustBeGone).toList();
        over.call(
                ApiKey.METADATA,
                version(ApiKey.METADATA),
                new MetadataRequest().topics(null).allowAutoTopicCreation(false),
                answer -> {
                    if (answer instanceof MetadataResponse response) {
                        connecting = false;
                        listed(response, living, counts, gone);
                        then.run();
                        stepNow();
                    }
                });
    }

    private void listed(
            MetadataResponse response,
            List<TopicLedger> living,
            Map<TopicLedger, Integer> counts,
            List<TopicLedger> gone) {
        if (response.brokers().isEmpty()) {
            return;
        }
        topics.clear();
        Map<UUID, Integer> listing = new LinkedHashMap<>();
        for (MetadataResponse.MetadataResponseTopic topic : response.topics()) {
            if (topic.errorCode() == ErrorCode.NONE.code()) {
                ledger().topic(topic.topicId(), topic.name());
                int count = topic.partitions().size();
                listing.put(topic.topicId(), count);
                topics.put(
                        topic.topicId(),
                        new Topic(topic.topicId(), topic.name(), leaderEpochs(topic)));
            }
        }
        ledger().listed(living, listing, gone);
        counts.forEach(
                (topic, count) -> Ledger.requirePartitions(topic, count, listing.get(topic.id())));
    }

    private static List<Integer> leaderEpochs(MetadataResponse.MetadataResponseTopic topic) {
        Integer[] epochs = new Integer[topic.partitions().size()];
        topic.partitions()
                .forEach(partition -> epochs[partition.partitionIndex()] = partition.leaderEpoch());
        return List.of(epochs);
    }
}
