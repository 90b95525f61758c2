package mortise.broker.partition.api;

import static mortise.broker.partition.PartitionRig.TOPIC;
import static mortise.broker.partition.PartitionRig.batch;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32C;
import mortise.api.ErrorCode;
import mortise.api.HostPort;
import mortise.broker.partition.FakeRequest;
import mortise.broker.partition.HeapLogStore;
import mortise.broker.partition.Partition;
import mortise.broker.partition.PartitionRig;
import mortise.broker.request.Access;
import mortise.broker.runtime.Blocking;
import mortise.metadata.PartitionImage;
import mortise.record.Codecs;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.spi.auth.Authorizer;
import mortise.tck.sim.SimClock;
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
                new BatchOpenings(rig.blocking, Codecs.of()),
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

    @Test
    void aBatchClaimsNoMoreRecordsThanItsBytesHold() {
        rig.open("a", 0, TOPIC);

        PartitionProduceResponse plain = refused(claiming(batch(1, 1), Integer.MAX_VALUE));
        PartitionProduceResponse compressed = refused(claiming(zipped(5), Integer.MAX_VALUE));
        RecordBatch believed = zipped(5);
        PartitionProduceResponse within =
                answers(produce((short) 9, 1, topic("a", data(0, believed.buffer())))).getFirst();

        assertThat(plain.errorCode()).isEqualTo(ErrorCode.INVALID_RECORD.code());
        assertThat(plain.errorMessage()).contains("the batch says 2147483647 records in 8 bytes");
        assertThat(compressed.errorCode()).isEqualTo(ErrorCode.INVALID_RECORD.code());
        assertThat(compressed.errorMessage()).contains("was opened to count them");
        assertThat(within.errorCode()).isZero();
        assertThat(rig.log("a", 0).bounds().endOffset()).isEqualTo(5);
    }

    private PartitionProduceResponse refused(RecordBatch batch) {
        return answers(produce((short) 9, 1, topic("a", data(0, batch.buffer())))).getFirst();
    }

    private static RecordBatch claiming(RecordBatch batch, int records) {
        batch.buffer().putInt(23, records - 1).putInt(57, records);
        batch.buffer().putInt(17, batch.computeCrc());
        return batch;
    }

    private static RecordBatch zipped(int records) {
        RecordBatchBuilder builder = RecordBatchBuilder.growing(256).codec(Codecs.of().require(1));
        for (int i = 0; i < records; i++) {
            builder.append(SimClock.START_MILLIS + i, null, ByteBuffer.allocate(8));
        }
        return builder.build();
    }

    @Test
    void aTruthThatIsHardToBelieveIsOpenedAndAccepted() {
        PartitionRig strict =
                new PartitionRig(
                        new HeapLogStore(), Map.of("partition.records-per-compressed-byte", "0"));
        strict.open("a", 0, TOPIC);
        FakeRequest context = new FakeRequest(ApiKey.PRODUCE, 9);
        RecordBatch lying = zipped(3);
        lying.stampMaxTimestamp(SimClock.START_MILLIS + 1, new CRC32C());

        handler(strict).handle(context, request(1, topic("a", data(0, lying.buffer()))));

        assertThat(errors(context.answer(ProduceResponse.class))).containsExactly(ErrorCode.NONE);
        assertThat(lying.maxTimestamp()).isEqualTo(SimClock.START_MILLIS + 2);
    }

    @Test
    void aLargestTimestampThatMustBeWrongIsPutRight() {
        Partition partition =
                rig.open("a", 0, PartitionRig.topic(t -> t.timestampBounds(1_000, 1_000)));
        for (long lie : new long[] {-1, SimClock.START_MILLIS - 1, Long.MAX_VALUE}) {
            for (RecordBatch batch : List.of(batch(3, 10), zipped(3))) {
                batch.stampMaxTimestamp(lie, new CRC32C());

                assertThat(errors(produce((short) 9, 1, topic("a", data(0, batch.buffer())))))
                        .containsExactly(ErrorCode.NONE);
                assertThat(batch.maxTimestamp()).isEqualTo(SimClock.START_MILLIS + 2);
                assertThat(batch.isCrcValid()).isTrue();
            }
        }
        assertThat(partition.leaderView().highWatermark().offset()).isEqualTo(18);
    }

    @Test
    void oneBatchInDoubtDoesNotSpoilTheOthersOfItsRequest() {
        for (int i = 0; i < 3; i++) {
            rig.open("a", i, TOPIC);
        }
        RecordBatch doubtful = batch(2, 10);
        doubtful.stampMaxTimestamp(-1, new CRC32C());

        assertThat(
                        errors(
                                produce(
                                        (short) 9,
                                        1,
                                        topic(
                                                "a",
                                                data(0, claiming(zipped(5), 1 << 20).buffer()),
                                                data(1, batch(1, 10).buffer()),
                                                data(2, doubtful.buffer())))))
                .containsExactly(ErrorCode.INVALID_RECORD, ErrorCode.NONE, ErrorCode.NONE);
        assertThat(rig.log("a", 0).bounds().endOffset()).isZero();
        assertThat(rig.log("a", 1).bounds().endOffset()).isEqualTo(1);
        assertThat(rig.log("a", 2).bounds().endOffset()).isEqualTo(2);
    }

    @Test
    void batchesAreOpenedAwayFromTheEventLoopAndBeforeTheNextRequestStarts() {
        List<Runnable> later = new ArrayList<>();
        PartitionRig slow =
                new PartitionRig(
                        new HeapLogStore(),
                        Map.of(),
                        new Blocking() {
                            @Override
                            public <T> CompletionStage<T> run(String what, Callable<T> task) {
                                CompletableFuture<T> done = new CompletableFuture<>();
                                later.add(() -> {
                                    try {
                                        done.complete(task.call());
                                    } catch (Exception failed) {
                                        done.completeExceptionally(failed);
                                    }
                                });
                                return done;
                            }
                        });
        ProduceHandler slowly = handler(slow);
        while (!later.isEmpty()) {
            later.removeFirst().run();
        }
        slow.partitions.open(PartitionRig.id("a", 0), PartitionRig.led(0, 0), TOPIC);
        while (!later.isEmpty()) {
            later.removeFirst().run();
            slow.settle();
        }
        FakeRequest context = new FakeRequest(ApiKey.PRODUCE, 9);

        slowly.handle(
                context, request(1, topic("a", data(0, claiming(zipped(5), 1 << 20).buffer()))));

        assertThat(context.ordered()).isFalse();
        assertThat(later).hasSize(1);
        later.removeFirst().run();
        assertThat(errors(context.answer(ProduceResponse.class)))
                .containsExactly(ErrorCode.INVALID_RECORD);
    }

    @Test
    void everyRecordIsHeldToBoundsThatWereSet() {
        rig.open("default", 0, TOPIC);
        rig.open("bound", 0, PartitionRig.topic(t -> t.timestampBounds(1_000, 3_600_000)));

        assertThat(errors(produce((short) 9, 1, topic("default", data(0, oneOld().buffer())))))
                .containsExactly(ErrorCode.NONE);
        assertThat(errors(produce((short) 9, 1, topic("bound", data(0, oneOld().buffer())))))
                .containsExactly(ErrorCode.INVALID_TIMESTAMP);
    }

    /** Its header says nothing of the one that is old. */
    private static RecordBatch oneOld() {
        ByteBuffer value = ByteBuffer.allocate(8);
        return RecordBatchBuilder.growing(256)
                .append(SimClock.START_MILLIS, null, value)
                .append(SimClock.START_MILLIS - 5_000, null, value)
                .append(SimClock.START_MILLIS, null, value)
                .build();
    }

    @Test
    void timestampsBeforeTheEpochAreAcceptedWithinTheTopicsBounds() {
        rig.open("a", 0, PartitionRig.topic(t -> t.timestampBounds(Long.MAX_VALUE, 3_600_000)));
        rig.open("b", 0, PartitionRig.topic(t -> t.timestampBounds(1_000, 3_600_000)));
        RecordBatch old = batch(1, 10, -1, (short) -1, -1, -5_000);

        assertThat(errors(produce((short) 9, 1, topic("a", data(0, old.buffer())))))
                .containsExactly(ErrorCode.NONE);
        RecordBatch tooOld = batch(1, 10, -1, (short) -1, -1, -5_000);
        assertThat(errors(produce((short) 9, 1, topic("b", data(0, tooOld.buffer())))))
                .containsExactly(ErrorCode.INVALID_TIMESTAMP);
        RecordBatch absurd = batch(1, 10, -1, (short) -1, -1, Long.MIN_VALUE);
        assertThat(errors(produce((short) 9, 1, topic("a", data(0, absurd.buffer())))))
                .containsExactly(ErrorCode.INVALID_TIMESTAMP);
    }

    @ParameterizedTest
    @ValueSource(strings = {"__consumer_offsets", "__transaction_state", "__share_group_state"})
    void internalTopicsTakeRecordsFromTheAdminClientOnly(String name) {
        rig.open(name, 0, TOPIC);

        PartitionProduceResponse refused =
                answers(produce((short) 9, 1, topic(name, data(0, batch(1, 1).buffer()))))
                        .getFirst();
        FakeRequest admin = new FakeRequest(ApiKey.PRODUCE, 9).from("__admin_client");
        handler.handle(admin, request(1, topic(name, data(0, batch(1, 1).buffer()))));

        assertThat(refused.errorCode()).isEqualTo(ErrorCode.INVALID_TOPIC_EXCEPTION.code());
        assertThat(refused.errorMessage()).contains(name + " is an internal topic");
        assertThat(errors(admin.answer(ProduceResponse.class))).containsExactly(ErrorCode.NONE);
        assertThat(rig.log(name, 0).bounds().endOffset()).isEqualTo(1);
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
