package mortise.broker.partition.api;

import static mortise.broker.partition.PartitionRig.TOPIC;
import static mortise.broker.partition.PartitionRig.batch;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.broker.metadata.PartitionImage;
import mortise.broker.partition.FakeRequest;
import mortise.broker.partition.HeapLogStore;
import mortise.broker.partition.Partition;
import mortise.broker.partition.PartitionRig;
import mortise.broker.request.Access;
import mortise.spi.auth.Authorizer;
import mortise.wire.ApiKey;
import mortise.wire.Payload;
import mortise.wire.message.ProduceRequest;
import mortise.wire.message.ProduceRequest.PartitionProduceData;
import mortise.wire.message.ProduceRequest.TopicProduceData;
import mortise.wire.message.ProduceResponse;
import mortise.wire.message.ProduceResponse.PartitionProduceResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProduceHandlerTest {
    private final PartitionRig rig = new PartitionRig();
    private final ProduceHandler handler = handler(rig);

    private static ProduceHandler handler(PartitionRig rig) {
        return new ProduceHandler(
                rig.partitions,
                new Access(Authorizer.ALLOW_ALL),
                (node, context) -> Optional.of(new HostPort("broker-" + node, 9092)),
                rig.clock);
    }

    @ParameterizedTest
    @ValueSource(shorts = {3, 5, 7, 8, 9, 10, 11, 12, 13})
    void aRequestWithSeveralPartitionsIsAnsweredInItsOrder(short version) {
        rig.open("a", 0, TOPIC);
        rig.open("a", 1, TOPIC);
        rig.open("b", 0, TOPIC);

        ProduceResponse response =
                produce(
                        version,
                        1,
                        topic("a", data(1, batch(2, 10).buffer()), data(0, batch(1, 10).buffer())),
                        topic("b", data(0, batch(3, 10).buffer()), data(9, batch(1, 10).buffer())));

        assertThat(response.responses()).hasSize(2);
        assertThat(errors(response))
                .containsExactly(
                        ErrorCode.NONE,
                        ErrorCode.NONE,
                        ErrorCode.NONE,
                        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(answers(response))
                .extracting(PartitionProduceResponse::index)
                .containsExactly(1, 0, 0, 9);
        assertThat(answers(response))
                .extracting(PartitionProduceResponse::baseOffset)
                .containsExactly(0L, 0L, 0L, -1L);
        assertThat(rig.log("b", 0).bounds().endOffset()).isEqualTo(3);
    }

    @Test
    void unknownTopicsAreUnknownByNameAndById() {
        assertThat(errors(produce((short) 9, 1, topic("no", data(0, batch(1, 1).buffer())))))
                .containsExactly(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(errors(produce((short) 13, 1, topic("no", data(0, batch(1, 1).buffer())))))
                .containsExactly(ErrorCode.UNKNOWN_TOPIC_ID);
    }

    @Test
    void aPartitionStandsInARequestOnce() {
        rig.open("a", 0, TOPIC);

        ProduceResponse response =
                produce(
                        (short) 9,
                        1,
                        topic("a", data(0, batch(1, 1).buffer()), data(0, batch(1, 1).buffer())));

        assertThat(errors(response)).containsExactly(ErrorCode.NONE, ErrorCode.INVALID_REQUEST);
    }

    @Test
    void badBatchesAndTransactionsAreRefusedByName() {
        rig.open("a", 0, TOPIC);

        assertThat(errors(produce((short) 9, 1, topic("a", data(0, ByteBuffer.allocate(0))))))
                .containsExactly(ErrorCode.INVALID_RECORD);
        ProduceRequest transactional =
                new ProduceRequest()
                        .transactionalId("tx")
                        .acks((short) -1)
                        .topicData(List.of(topic("a", data(0, batch(1, 1).buffer()))));
        FakeRequest context = new FakeRequest(ApiKey.PRODUCE, 9);
        handler.handle(context, transactional);
        PartitionProduceResponse refused =
                answers(context.answer(ProduceResponse.class)).getFirst();
        assertThat(refused.errorCode()).isEqualTo(ErrorCode.UNSUPPORTED_VERSION.code());
        assertThat(refused.errorMessage()).contains("transactions are not served");
        assertThat(errors(produce((short) 9, 7, topic("a", data(0, batch(1, 1).buffer())))))
                .containsExactly(ErrorCode.INVALID_REQUIRED_ACKS);
    }

    @Test
    void withoutAcksThereIsNoAnswerButAnErrorClosesTheConnection() {
        rig.open("a", 0, TOPIC);

        FakeRequest fine = send((short) 9, 0, topic("a", data(0, batch(1, 1).buffer())));
        FakeRequest wrong = send((short) 9, 0, topic("no", data(0, batch(1, 1).buffer())));

        assertThat(fine.answeredNothing()).isTrue();
        assertThat(wrong.closed()).contains("UNKNOWN_TOPIC_OR_PARTITION");
    }

    @Test
    void whoLeadsElsewhereIsNamedWhereTheVersionHasIt() {
        Partition partition = rig.open("a", 0, TOPIC);
        rig.partitions.changeRole(
                partition.id(), new PartitionImage(0, List.of(2), List.of(2), 2, 5, 5));
        rig.settle();

        ProduceResponse old = produce((short) 9, 1, topic("a", data(0, batch(1, 1).buffer())));
        ProduceResponse current = produce((short) 10, 1, topic("a", data(0, batch(1, 1).buffer())));

        assertThat(errors(old)).containsExactly(ErrorCode.NOT_LEADER_OR_FOLLOWER);
        assertThat(answers(current).getFirst().currentLeader().leaderId()).isEqualTo(2);
        assertThat(answers(current).getFirst().currentLeader().leaderEpoch()).isEqualTo(5);
        assertThat(current.nodeEndpoints().getFirst().host()).isEqualTo("broker-2");
    }

    @Test
    void aRequestThatMeetsFullMailboxesWaitsTakesAllOrNothingAndComesThroughInOrder() {
        PartitionRig tight =
                new PartitionRig(
                        new HeapLogStore(),
                        Map.of(
                                "partition.mailbox-commands", "2",
                                "partition.drain-threads", "1"));
        ProduceHandler through = handler(tight);
        for (int i = 0; i < 3; i++) {
            tight.open("a", i, TOPIC);
        }
        // occupy all three mailboxes: signals make the drain threads their owners
        List<FakeRequest> sent = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            tight.find("a", i).flushed();
        }
        for (int round = 0; round < 6; round++) {
            TopicProduceData all =
                    topic(
                            "a",
                            data(round % 3, batch(1, 1).buffer()),
                            data((round + 1) % 3, batch(1, 1).buffer()));
            FakeRequest context = new FakeRequest(ApiKey.PRODUCE, 9);
            through.handle(context, request(1, all));
            sent.add(context);
        }

        assertThat(sent)
                .extracting(FakeRequest::ordered)
                .containsExactly(true, true, true, false, false, false);
        assertThat(sent).noneMatch(FakeRequest::answered);

        tight.settle();

        assertThat(sent).allMatch(FakeRequest::ordered).allMatch(FakeRequest::answered);
        for (FakeRequest context : sent) {
            assertThat(errors(context.answer(ProduceResponse.class)))
                    .containsExactly(ErrorCode.NONE, ErrorCode.NONE);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(tight.log("a", i).bounds().endOffset()).isEqualTo(4);
            assertThat(tight.find("a", i).mailbox().toString()).contains("0 commands, 0 bytes");
        }
    }

    private ProduceResponse produce(short version, int acks, TopicProduceData... topics) {
        return send(version, acks, topics).answer(ProduceResponse.class);
    }

    private FakeRequest send(short version, int acks, TopicProduceData... topics) {
        FakeRequest context = new FakeRequest(ApiKey.PRODUCE, version);
        handler.handle(context, request(acks, topics));
        return context;
    }

    private static ProduceRequest request(int acks, TopicProduceData... topics) {
        return new ProduceRequest().acks((short) acks).timeoutMs(30_000).topicData(List.of(topics));
    }

    private static TopicProduceData topic(String name, PartitionProduceData... partitions) {
        return new TopicProduceData()
                .name(name)
                .topicId(PartitionRig.topicId(name).value())
                .partitionData(List.of(partitions));
    }

    private static PartitionProduceData data(int index, ByteBuffer records) {
        return new PartitionProduceData()
                .index(index)
                .records(Payload.of(records.duplicate().rewind()));
    }

    private static List<PartitionProduceResponse> answers(ProduceResponse response) {
        return response.responses().stream()
                .flatMap(topic -> topic.partitionResponses().stream())
                .toList();
    }

    private static List<ErrorCode> errors(ProduceResponse response) {
        return answers(response).stream().map(answer -> ErrorCode.of(answer.errorCode())).toList();
    }
}
