package mortise.broker.partition.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mortise.api.ErrorCode;
import mortise.broker.partition.LeaderView;
import mortise.broker.partition.Partition;
import mortise.broker.partition.PartitionSettings;
import mortise.broker.partition.Partitions;
import mortise.broker.request.Access;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.request.WireErrors;
import mortise.broker.runtime.Blocking;
import mortise.record.Codecs;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.spi.storage.LogPosition;
import mortise.spi.storage.StorageException;
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
 * that asks for a time is answered from a virtual thread, because it reads the log.
 */
public final class ListOffsetsHandler implements ApiHandler<ListOffsetsRequest> {
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;
    private static final long LATEST_TIERED = -5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;
    private static final short FIRST_VERSION_WITH_EPOCHS = 4;
    private static final byte READ_COMMITTED = 1;

    private final Partitions partitions;
    private final Access access;
    private final Blocking blocking;
    private final TimestampLookup lookup;

    /**
     * Offsets of these partitions.
     *
     * @param codecs with which batches are opened
     */
    public ListOffsetsHandler(
            Partitions partitions,
            Access access,
            Blocking blocking,
            PartitionSettings settings,
            Codecs codecs) {
        this.partitions = partitions;
        this.access = access;
        this.blocking = blocking;
        this.lookup =
                new TimestampLookup(
                        codecs, settings.timestampScanBytes(), settings.maxDecompressedBytes());
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
        } else if (readsTheLog(request)) {
            context.orderingPointPassed();
            blocking.run(
                            "offsets by time for " + context.clientHost(),
                            () -> answer(context, request))
                    .whenComplete((response, failed) ->
                            context.respond(
                                    failed == null
                                            ? response
                                            : failure(
                                                    request,
                                                    context.apiVersion(),
                                                    WireErrors.of(failed),
                                                    WireErrors.reason(failed))));
        } else {
            context.respond(answer(context, request));
        }
    }

    private static boolean readsTheLog(ListOffsetsRequest request) {
        for (ListOffsetsTopic topic : request.topics()) {
            for (ListOffsetsPartition partition : topic.partitions()) {
                if (partition.timestamp() >= 0 || partition.timestamp() == MAX_TIMESTAMP) {
                    return true;
                }
            }
        }
        return false;
    }

    private ListOffsetsResponse answer(RequestContext context, ListOffsetsRequest request) {
        ListOffsetsResponse response = new ListOffsetsResponse();
        for (ListOffsetsTopic topic : request.topics()) {
            if (topic.partitions().isEmpty()) {
                continue;
            }
            boolean allowed = access.allowsOnTopic(context, Operation.DESCRIBE, topic.name());
            Set<Integer> twice = twice(topic);
            List<ListOffsetsPartitionResponse> answers = new ArrayList<>(topic.partitions().size());
            Set<Integer> refused = new HashSet<>();
            for (ListOffsetsPartition asked : topic.partitions()) {
                if (twice.contains(asked.partitionIndex())
                        && !refused.add(asked.partitionIndex())) {
                    continue;
                }
                ListOffsetsPartitionResponse answer =
                        new ListOffsetsPartitionResponse().partitionIndex(asked.partitionIndex());
                answers.add(answer);
                if (!allowed) {
                    answer.errorCode(ErrorCode.TOPIC_AUTHORIZATION_FAILED.code());
                } else if (twice.contains(asked.partitionIndex())) {
                    answer.errorCode(ErrorCode.INVALID_REQUEST.code());
                } else {
                    answer(
                            answer,
                            topic.name(),
                            asked,
                            context.apiVersion(),
                            request.isolationLevel() == READ_COMMITTED);
                }
            }
            response.topics()
                    .add(new ListOffsetsTopicResponse().name(topic.name()).partitions(answers));
        }
        return response;
    }

    private static Set<Integer> twice(ListOffsetsTopic topic) {
        Set<Integer> once = new HashSet<>();
        Set<Integer> twice = new HashSet<>();
        for (ListOffsetsPartition asked : topic.partitions()) {
            if (!once.add(asked.partitionIndex())) {
                twice.add(asked.partitionIndex());
            }
        }
        return twice;
    }

    private void answer(
            ListOffsetsPartitionResponse answer,
            String topic,
            ListOffsetsPartition asked,
            short version,
            boolean committedOnly) {
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
        try {
            TimestampLookup.Found found = find(view, timestamp, committedOnly);
            answer.offset(found.offset()).timestamp(found.timestamp());
            if (version >= FIRST_VERSION_WITH_EPOCHS) {
                answer.leaderEpoch(found.leaderEpoch());
            }
        } catch (StorageException failed) {
            partition.readFailed(failed);
            answer.errorCode(WireErrors.of(failed).code());
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

    private TimestampLookup.Found find(LeaderView view, long timestamp, boolean committedOnly) {
        LogPosition upTo = committedOnly ? view.lastStable() : view.highWatermark();
        TimestampLookup.Found nothing = new TimestampLookup.Found(-1, -1, -1);
        if (timestamp == LATEST) {
            return new TimestampLookup.Found(upTo.offset(), -1, view.leaderEpoch());
        }
        if (timestamp == EARLIEST || timestamp == EARLIEST_LOCAL) {
            long start = view.startOffset();
            return new TimestampLookup.Found(start, -1, view.epochs().epochAt(start));
        }
        if (timestamp == LATEST_TIERED || timestamp == EARLIEST_PENDING_UPLOAD) {
            // as Apache Kafka answers for a topic that is not tiered
            return nothing;
        }
        Optional<TimestampLookup.Found> found =
                timestamp == MAX_TIMESTAMP
                        ? lookup.largest(view, upTo)
                        : lookup.atOrAfter(view, upTo, timestamp);
        return found.orElse(nothing);
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
