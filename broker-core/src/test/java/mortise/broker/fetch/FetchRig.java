package mortise.broker.fetch;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import mortise.api.HostPort;
import mortise.api.config.Config;
import mortise.api.metrics.Metrics;
import mortise.broker.partition.FakeRequest;
import mortise.broker.partition.HeapLogStore;
import mortise.broker.partition.PartitionRig;
import mortise.broker.request.Access;
import mortise.broker.request.SlicePayload;
import mortise.record.RecordBatch;
import mortise.record.RecordBatches;
import mortise.spi.auth.Authorizer;
import mortise.wire.ApiKey;
import mortise.wire.message.FetchRequest;
import mortise.wire.message.FetchRequest.FetchPartition;
import mortise.wire.message.FetchRequest.FetchTopic;
import mortise.wire.message.FetchRequest.ForgottenTopic;
import mortise.wire.message.FetchResponse;
import mortise.wire.message.FetchResponse.PartitionData;

/** Fetches against partitions of a {@link PartitionRig}, with an event loop that a test turns. */
final class FetchRig {
    final PartitionRig partitions;
    final FetchSessions sessions;
    final FetchHandler handler;
    final ArrayDeque<Runnable> loop = new ArrayDeque<>();

    /** Whether requests come from connections that have closed already. */
    boolean closedFromTheStart;

    FetchRig() {
        this(Map.of());
    }

    FetchRig(Map<String, String> config) {
        partitions = new PartitionRig(new HeapLogStore(), Map.of());
        Config settings = Config.of(FetchSettings.SCHEMA, config);
        sessions =
                new FetchSessions(
                        settings,
                        partitions.clock,
                        partitions.timers,
                        new SplittableRandom(1),
                        Metrics.discarding());
        handler =
                new FetchHandler(
                        settings,
                        new FetchSources(
                                partitions.partitions,
                                new Access(Authorizer.ALLOW_ALL),
                                (node, context) ->
                                        Optional.of(new HostPort("broker-" + node, 9092)),
                                partitions.blocking,
                                partitions.clock,
                                partitions.timers,
                                Metrics.discarding()),
                        sessions);
    }

    /** A fetch under construction. */
    final class Fetch {
        private final FetchRequest request =
                new FetchRequest().maxWaitMs(0).minBytes(1).maxBytes(1 << 20).sessionEpoch(-1);
        private final List<FetchTopic> topics = new ArrayList<>();
        private int version = 12;

        Fetch version(int value) {
            version = value;
            return this;
        }

        Fetch wait(int millis) {
            request.maxWaitMs(millis);
            return this;
        }

        Fetch minBytes(int bytes) {
            request.minBytes(bytes);
            return this;
        }

        Fetch maxBytes(int bytes) {
            request.maxBytes(bytes);
            return this;
        }

        Fetch committed() {
            request.isolationLevel((byte) 1);
            return this;
        }

        Fetch replica(int id) {
            request.replicaId(id);
            return this;
        }

        Fetch session(int id, int epoch) {
            request.sessionId(id).sessionEpoch(epoch);
            return this;
        }

        Fetch from(String topic, int index, long offset) {
            return from(topic, index, offset, 1 << 20, -1, -1);
        }

        Fetch from(String topic, int index, long offset, int maxBytes, int epoch, int lastEpoch) {
            topics.add(
                    new FetchTopic()
                            .topic(topic)
                            .topicId(PartitionRig.topicId(topic).value())
                            .partitions(
                                    List.of(
                                            new FetchPartition()
                                                    .partition(index)
                                                    .fetchOffset(offset)
                                                    .partitionMaxBytes(maxBytes)
                                                    .currentLeaderEpoch(epoch)
                                                    .lastFetchedEpoch(lastEpoch))));
            return this;
        }

        Fetch forget(String topic, int index) {
            request.forgottenTopicsData()
                    .add(
                            new ForgottenTopic()
                                    .topic(topic)
                                    .topicId(PartitionRig.topicId(topic).value())
                                    .partitions(List.of(index)));
            return this;
        }

        FakeRequest send() {
            FakeRequest context = new FakeRequest(ApiKey.FETCH, version, loop);
            if (closedFromTheStart) {
                context.closeByPeer();
            }
            handler.handle(context, request.topics(topics));
            return context;
        }

        FetchResponse answer() {
            return send().answer(FetchResponse.class);
        }
    }

    Fetch fetch() {
        return new Fetch();
    }

    /** Runs what event loops were asked to run. */
    void turn() {
        for (Runnable next = loop.poll(); next != null; next = loop.poll()) {
            next.run();
        }
    }

    static List<PartitionData> partitions(FetchResponse response) {
        return response.responses().stream().flatMap(topic -> topic.partitions().stream()).toList();
    }

    static PartitionData only(FetchResponse response) {
        List<PartitionData> all = partitions(response);
        if (all.size() != 1) {
            throw new AssertionError("wanted one partition: " + response);
        }
        return all.getFirst();
    }

    /** The base offsets of the batches in an answer; gives the slice back. */
    static List<Long> offsets(PartitionData data) {
        List<Long> offsets = new ArrayList<>();
        if (data.records() instanceof SlicePayload lent) {
            for (RecordBatch batch : RecordBatches.of(lent.buffer())) {
                offsets.add(batch.baseOffset());
            }
            lent.slice().close();
        }
        return offsets;
    }
}
