package mortise.broker.partition.api;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mortise.api.Clock;
import mortise.api.ErrorCode;
import mortise.api.config.Config;
import mortise.broker.partition.LeaderView;
import mortise.broker.partition.Partition;
import mortise.broker.partition.PartitionSettings;
import mortise.broker.partition.Partitions;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.runtime.Blocking;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.spi.storage.LogPosition;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.ListOffsetsRequest;
import mortise.wire.message.ListOffsetsRequest.ListOffsetsPartition;
import mortise.wire.message.ListOffsetsRequest.ListOffsetsTopic;
import mortise.wire.message.ListOffsetsResponse;
import mortise.wire.message.ListOffsetsResponse.ListOffsetsPartitionResponse;
import mortise.wire.message.ListOffsetsResponse.ListOffsetsTopicResponse;

/**
 * ListOffsets: the ends of partitions, and offsets by time. Ends are answered at once; a request
 * that asks for a time is answered from virtual threads, because it reads the log.
 */
public final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequest> {
    /** What a partition takes as objects and encoded, and a topic without them. */
    private static final int PARTITION_BYTES = 200;

    private static final int TOPIC_BYTES = 400;

    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;
    private static final long LATEST_TIERED = -5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;
    private static final short FIRST_VERSION_WITH_EPOCHS = 4;
    private static final short FIRST_VERSION_WITH_TIMEOUT = 10;
    private static final byte READ_COMMITTED = 1;

    private final Partitions partitions;
    private final Access access;
    private final Blocking openings;
    private final Clock clock;
    private final Duration timeout;
    private final TimestampLookup lookup;

    /**
     * Offsets of these partitions.
     *
     * @param openings how batches are opened
     */
    public ListOffsetsHandler(
            Partitions partitions,
            Access access,
            BatchOpenings openings,
            Config config,
            Clock clock) {
        this.partitions = partitions;
        this.access = access;
        this.openings = openings.tasks();
        this.clock = clock;
        this.timeout = config.get(PartitionSettings.TIMESTAMP_LOOKUP_TIMEOUT);
        this.lookup =
                new TimestampLookup(
                        openings.codecs(),
                        config.get(PartitionSettings.MAX_DECOMPRESSED_BYTES).bytes());
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.LIST_OFFSETS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, ListOffsetsRequest request) {
        if (request.replicaId() >= 0) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.INVALID_REQUEST,
                            "this broker has no followers"));
            return;
        }
        long bytes = 0;
        for (ListOffsetsTopic topic : request.topics()) {
            bytes += TOPIC_BYTES + (long) topic.partitions().size() * PARTITION_BYTES;
        }
        Answers.reserved(bytes, this, context, request, () -> find(context, request));
    }

    private void find(RequestContext context, ListOffsetsRequest request) {
        List<OffsetsByTime.Open> open = new ArrayList<>(0);
        ListOffsetsResponse response = answer(context, request, open);
        if (open.isEmpty()) {
            context.respond(response);
        } else {
            context.orderingPointPassed();
            new OffsetsByTime(
                            context,
                            response,
                            open,
                            lookup,
                            openings,
                            clock,
                            clock.nanoTime() + timeoutNanos(context, request))
                    .proceed();
        }
    }

    private long timeoutNanos(RequestContext context, ListOffsetsRequest request) {
        long own = timeout.toNanos();
        return context.apiVersion() < FIRST_VERSION_WITH_TIMEOUT || request.timeoutMs() <= 0
                ? own
                : Math.min(own, request.timeoutMs() * 1_000_000L);
    }

    /**
     * Answers what memory knows.
     *
     * @param open takes what the log must be asked for
     */
    private ListOffsetsResponse answer(
            RequestContext context, ListOffsetsRequest request, List<OffsetsByTime.Open> open) {
        ListOffsetsResponse response = new ListOffsetsResponse();
        for (Map.Entry<String, Map<Integer, Asked>> topic : byPartition(request).entrySet()) {
            String name = topic.getKey();
            boolean allowed = access.allowsOnTopic(context, Operation.DESCRIBE, name);
            List<ListOffsetsPartitionResponse> answers = new ArrayList<>(topic.getValue().size());
            for (Asked one : topic.getValue().values()) {
                ListOffsetsPartition asked = one.partition();
                ListOffsetsPartitionResponse answer =
                        new ListOffsetsPartitionResponse().partitionIndex(asked.partitionIndex());
                answers.add(answer);
                if (!allowed) {
                    answer.errorCode(ErrorCode.TOPIC_AUTHORIZATION_FAILED.code());
                } else if (one.twice()) {
                    answer.errorCode(ErrorCode.INVALID_REQUEST.code());
                } else {
                    answer(
                            answer,
                            name,
                            asked,
                            context.apiVersion(),
                            request.isolationLevel() == READ_COMMITTED,
                            open);
                }
            }
            response.topics().add(new ListOffsetsTopicResponse().name(name).partitions(answers));
        }
        return response;
    }

    /** A partition that is asked for, perhaps more than once. */
    private record Asked(ListOffsetsPartition partition, boolean twice) {}

    /** Each partition once, by topic, in the order of their first mentions. */
    private static Map<String, Map<Integer, Asked>> byPartition(ListOffsetsRequest request) {
        Map<String, Map<Integer, Asked>> topics = new LinkedHashMap<>();
        for (ListOffsetsTopic topic : request.topics()) {
            if (topic.partitions().isEmpty()) {
                continue;
            }
            Map<Integer, Asked> partitions =
                    topics.computeIfAbsent(topic.name(), first -> new LinkedHashMap<>());
            for (ListOffsetsPartition asked : topic.partitions()) {
                partitions.merge(
                        asked.partitionIndex(),
                        new Asked(asked, false),
                        (before, again) -> new Asked(before.partition(), true));
            }
        }
        return topics;
    }

    private void answer(
            ListOffsetsPartitionResponse answer,
            String topic,
            ListOffsetsPartition asked,
            short version,
            boolean committedOnly,
            List<OffsetsByTime.Open> open) {
        long timestamp = asked.timestamp();
        if (timestamp < 0 && version < firstVersion(timestamp)) {
            answer.errorCode(ErrorCode.UNSUPPORTED_VERSION.code());
            return;
        }
        Led led = Led.find(partitions, topic, asked.partitionIndex(), asked.currentLeaderEpoch());
        Partition partition = led.partition();
        LeaderView view = led.view();
        if (partition == null || view == null) {
            answer.errorCode(led.error().code());
            return;
        }
        LogPosition upTo = committedOnly ? view.lastStable() : view.highWatermark();
        if (timestamp >= 0 || timestamp == MAX_TIMESTAMP) {
            open.add(
                    new OffsetsByTime.Open(
                            new TimestampLookup.Question(partition, view, upTo),
                            timestamp,
                            answer));
        } else if (timestamp == LATEST) {
            fill(answer, new TimestampLookup.Found(upTo.offset(), -1, view.leaderEpoch()), version);
        } else if (timestamp == EARLIEST || timestamp == EARLIEST_LOCAL) {
            long start = view.startOffset();
            int epoch = view.epochs().epochAt(start);
            fill(answer, new TimestampLookup.Found(start, -1, epoch), version);
        }
        // the others keep the answer that Apache Kafka gives for a topic that is not tiered
    }

    /** Fills in what was found. */
    static void fill(
            ListOffsetsPartitionResponse answer, TimestampLookup.Found found, short version) {
        answer.offset(found.offset()).timestamp(found.timestamp());
        if (version >= FIRST_VERSION_WITH_EPOCHS) {
            answer.leaderEpoch(found.leaderEpoch());
        }
    }

    private static short firstVersion(long timestamp) {
        if (timestamp == LATEST || timestamp == EARLIEST) {
            return 1;
        } else if (timestamp == MAX_TIMESTAMP) {
            return 7;
        } else if (timestamp == EARLIEST_LOCAL) {
            return 8;
        } else if (timestamp == LATEST_TIERED) {
            return 9;
        } else if (timestamp == EARLIEST_PENDING_UPLOAD) {
            return 11;
        }
        return Short.MAX_VALUE;
    }

    @Override
    public ApiMessage failure(
            ListOffsetsRequest request, short version, ErrorCode error, String reason) {
        ListOffsetsResponse response = new ListOffsetsResponse();
        for (ListOffsetsTopic topic : request.topics()) {
            response.topics()
                    .add(
                            new ListOffsetsTopicResponse()
                                    .name(topic.name())
                                    .partitions(
                                            topic.partitions().stream()
                                                    .map(asked ->
                                                            new ListOffsetsPartitionResponse()
                                                                    .partitionIndex(
                                                                            asked.partitionIndex())
                                                                    .errorCode(error.code()))
                                                    .toList()));
        }
        return response;
    }
}
