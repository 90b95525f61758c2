package mortise.broker.partition.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import mortise.api.ErrorCode;
import mortise.broker.partition.LeaderEpochs;
import mortise.broker.partition.LeaderView;
import mortise.broker.partition.Partitions;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.OffsetForLeaderEpochRequest;
import mortise.wire.message.OffsetForLeaderEpochRequest.OffsetForLeaderPartition;
import mortise.wire.message.OffsetForLeaderEpochRequest.OffsetForLeaderTopic;
import mortise.wire.message.OffsetForLeaderEpochResponse;
import mortise.wire.message.OffsetForLeaderEpochResponse.EpochEndOffset;
import mortise.wire.message.OffsetForLeaderEpochResponse.OffsetForLeaderTopicResult;

/** OffsetForLeaderEpoch: where a leader epoch ended (KIP-101, KIP-320). */
public final class OffsetForLeaderEpochHandler implements ApiHandler<OffsetForLeaderEpochRequest> {
    /** What a partition takes as objects and encoded, and a topic without them. */
    private static final int PARTITION_BYTES = 160;

    private static final int TOPIC_BYTES = 400;

    private final Partitions partitions;
    private final Access access;

    /** The epochs of these partitions. */
    public OffsetForLeaderEpochHandler(Partitions partitions, Access access) {
        this.partitions = partitions;
        this.access = access;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.OFFSET_FOR_LEADER_EPOCH;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, OffsetForLeaderEpochRequest request) {
        long bytes = 0;
        for (OffsetForLeaderTopic topic : request.topics()) {
            bytes += TOPIC_BYTES + (long) topic.partitions().size() * PARTITION_BYTES;
        }
        Answers.reserved(
                bytes, this, context, request, () -> context.respond(describe(context, request)));
    }

    private OffsetForLeaderEpochResponse describe(
            RequestContext context, OffsetForLeaderEpochRequest request) {
        OffsetForLeaderEpochResponse response = new OffsetForLeaderEpochResponse();
        lastOfEach(request)
                .forEach((topic, partitions) -> {
                    boolean allowed = access.allowsOnTopic(context, Operation.DESCRIBE, topic);
                    List<EpochEndOffset> answers = new ArrayList<>(partitions.size());
                    for (OffsetForLeaderPartition partition : partitions.values()) {
                        answers.add(
                                allowed
                                        ? answer(topic, partition)
                                        : refused(
                                                partition.partition(),
                                                ErrorCode.TOPIC_AUTHORIZATION_FAILED));
                    }
                    response.topics()
                            .add(new OffsetForLeaderTopicResult().topic(topic).partitions(answers));
                });
        return response;
    }

    /** Of several questions about one partition the last counts. */
    private static Map<String, Map<Integer, OffsetForLeaderPartition>> lastOfEach(
            OffsetForLeaderEpochRequest request) {
        Map<String, Map<Integer, OffsetForLeaderPartition>> topics = new LinkedHashMap<>();
        for (OffsetForLeaderTopic topic : request.topics()) {
            Map<Integer, OffsetForLeaderPartition> partitions =
                    topics.computeIfAbsent(topic.topic(), first -> new LinkedHashMap<>());
            topic.partitions().forEach(asked -> partitions.put(asked.partition(), asked));
        }
        return topics;
    }

    private EpochEndOffset answer(String topic, OffsetForLeaderPartition asked) {
        Led led = Led.find(partitions, topic, asked.partition(), asked.currentLeaderEpoch());
        LeaderView view = led.view();
        if (view == null) {
            return refused(asked.partition(), led.error());
        }
        LeaderEpochs.EpochEnd end =
                view.epochs().endOf(asked.leaderEpoch(), view.log().end().offset());
        return new EpochEndOffset()
                .partition(asked.partition())
                .leaderEpoch(end.epoch())
                .endOffset(end.endOffset());
    }

    private static EpochEndOffset refused(int partition, ErrorCode error) {
        return new EpochEndOffset().partition(partition).errorCode(error.code());
    }

    @Override
    public ApiMessage failure(
            OffsetForLeaderEpochRequest request, short version, ErrorCode error, String reason) {
        OffsetForLeaderEpochResponse response = new OffsetForLeaderEpochResponse();
        for (OffsetForLeaderTopic topic : request.topics()) {
            response.topics()
                    .add(
                            new OffsetForLeaderTopicResult()
                                    .topic(topic.topic())
                                    .partitions(
                                            topic.partitions().stream()
                                                    .map(asked -> refused(asked.partition(), error))
                                                    .toList()));
        }
        return response;
    }
}
