package mortise.simulation.client;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import mortise.api.ErrorCode;
import mortise.simulation.check.PartitionLedger;
import mortise.simulation.check.TopicLedger;
import mortise.simulation.world.Delays;
import mortise.wire.ApiKey;
import mortise.wire.ApiMessage;
import mortise.wire.message.CreatePartitionsRequest;
import mortise.wire.message.CreatePartitionsResponse;
import mortise.wire.message.CreateTopicsRequest;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.DeleteRecordsRequest;
import mortise.wire.message.DeleteRecordsResponse;
import mortise.wire.message.DeleteTopicsRequest;
import mortise.wire.message.DeleteTopicsResponse;
import mortise.wire.message.DescribeConfigsRequest;
import mortise.wire.message.IncrementalAlterConfigsRequest;

/** An administrator: creates, grows, trims, configures and deletes topics while others use them. */
final class Administrator extends SimClient {
    private static final int MOST_TOPICS = 4;
    private static final int MOST_PARTITIONS = 4;
    private static final int TIMEOUT_MILLIS = 10_000;
    private static final byte TOPIC = 2;
    private static final long SHORTEST_PAUSE = Delays.millis(5);
    private static final long BEAT = Delays.millis(750);
    private static final long LONGEST_PAUSE = Delays.seconds(4);

    private boolean busy;

    Administrator(ClientWorld world, int number) {
        super(world, "admin" + number);
    }

    @Override
    void lostConnection() {
        busy = false;
    }

    @Override
    void act(Rpc over) {
        if (busy || refreshing(over)) {
            return;
        }
        busy = true;
        List<Topic> known = new ArrayList<>(topics().values());
        int choice = random().nextInt(10);
        if (known.size() < 2 || (choice < 2 && known.size() < MOST_TOPICS)) {
            create(over);
        } else {
            Topic topic = known.get(random().nextInt(known.size()));
            switch (choice) {
                case 0, 1, 2 -> delete(over, topic);
                case 3, 4 -> grow(over, topic);
                case 5, 6, 7 -> trim(over, topic);
                case 8 -> configure(over, topic);
                default -> describe(over, topic);
            }
        }
    }

    private void pause() {
        outdated();
        if (random().nextBoolean()) {
            rest(Delays.between(random(), SHORTEST_PAUSE, LONGEST_PAUSE));
        } else {
            // with the others, so that the controller has several changes to decide over
            rest(BEAT - world().schedule().nanos() % BEAT + random().nextLong(SHORTEST_PAUSE));
        }
    }

    private void ask(
            Rpc over,
            ApiKey key,
            ApiMessage request,
            java.util.function.Consumer<ApiMessage> heard) {
        call(
                over,
                key,
                request,
                answer -> {
                    busy = false;
                    if (answer != null) {
                        heard.accept(answer);
                        pause();
                    }
                });
    }

    // ---- topics

    private void create(Rpc over) {
        boolean durable = random().nextBoolean();
        boolean trims = random().nextInt(3) == 0;
        String name = TopicLedger.nameOf(durable, trims, random().nextInt(2));
        int partitions = 1 + random().nextInt(2);
        List<CreateTopicsRequest.CreatableTopicConfig> configs = new ArrayList<>();
        configs.add(config("segment.ms", String.valueOf(500 + random().nextInt(8_000))));
        configs.add(config("index.interval.bytes", "512"));
        configs.add(config("file.delete.delay.ms", String.valueOf(random().nextInt(3_000))));
        if (durable) {
            configs.add(config("flush.messages", "1"));
        }
        if (trims) {
            configs.add(config("retention.bytes", String.valueOf(random().nextInt(30_000))));
        } else {
            configs.add(config("retention.bytes", "-1"));
            configs.add(config("retention.ms", "-1"));
        }
        ask(
                over,
                ApiKey.CREATE_TOPICS,
                new CreateTopicsRequest()
                        .timeoutMs(TIMEOUT_MILLIS)
                        .topics(
                                List.of(
                                        new CreateTopicsRequest.CreatableTopic()
                                                .name(name)
                                                .numPartitions(partitions)
                                                .replicationFactor((short) 1)
                                                .configs(configs))),
                answer -> {
                    CreateTopicsResponse.CreatableTopicResult result =
                            ((CreateTopicsResponse) answer).topics().getFirst();
                    if (result.errorCode() == ErrorCode.NONE.code()) {
                        world().schedule()
                                .trace()
                                .add(name() + " created " + name + " " + result.topicId());
                        ledger().topic(result.topicId(), name).grown(partitions);
                    }
                });
    }

    private static CreateTopicsRequest.CreatableTopicConfig config(String name, String value) {
        return new CreateTopicsRequest.CreatableTopicConfig().name(name).value(value);
    }

    private void delete(Rpc over, Topic topic) {
        TopicLedger told = ledger().topic(topic.id(), topic.name());
        told.deletionRequested();
        ask(
                over,
                ApiKey.DELETE_TOPICS,
                new DeleteTopicsRequest()
                        .timeoutMs(TIMEOUT_MILLIS)
                        .topics(
                                List.of(
                                        new DeleteTopicsRequest.DeleteTopicState()
                                                .name(null)
                                                .topicId(topic.id()))),
                answer -> {
                    short error =
                            ((DeleteTopicsResponse) answer).responses().getFirst().errorCode();
                    if (error == ErrorCode.NONE.code()) {
                        told.deleted();
                    }
                });
    }

    private void grow(Rpc over, Topic topic) {
        int count = Math.min(MOST_PARTITIONS, topic.partitions() + 1);
        UUID id = topic.id();
        ask(
                over,
                ApiKey.CREATE_PARTITIONS,
                new CreatePartitionsRequest()
                        .timeoutMs(TIMEOUT_MILLIS)
                        .topics(
                                List.of(
                                        new CreatePartitionsRequest.CreatePartitionsTopic()
                                                .name(topic.name())
                                                .count(count)
                                                .assignments(null))),
                answer -> {
                    short error =
                            ((CreatePartitionsResponse) answer).results().getFirst().errorCode();
                    TopicLedger grown = ledger().topic(id, topic.name());
                    // by name: it may have been another topic of that name that grew
                    if (error == ErrorCode.NONE.code() && !grown.mayBeGone()) {
                        grown.grown(count);
                    }
                });
    }

    private void trim(Rpc over, Topic topic) {
        int index = random().nextInt(topic.partitions());
        PartitionLedger partition = ledger().partition(topic.id(), index);
        long end = partition.highWatermark();
        long before = end == 0 ? 0 : random().nextLong(end + 1);
        ledger().deletionRequested(topic.name(), index, before);
        ask(
                over,
                ApiKey.DELETE_RECORDS,
                new DeleteRecordsRequest()
                        .timeoutMs(TIMEOUT_MILLIS)
                        .topics(
                                List.of(
                                        new DeleteRecordsRequest.DeleteRecordsTopic()
                                                .name(topic.name())
                                                .partitions(
                                                        List.of(
                                                                new DeleteRecordsRequest
                                                                                .DeleteRecordsPartition()
                                                                        .partitionIndex(index)
                                                                        .offset(before))))),
                answer -> {
                    DeleteRecordsResponse.DeleteRecordsPartitionResult result =
                            ((DeleteRecordsResponse) answer)
                                    .topics()
                                    .getFirst()
                                    .partitions()
                                    .getFirst();
                    if (result.errorCode() == ErrorCode.NONE.code()
                            && !partition.topic().mayBeGone()) {
                        partition.deleted(result.lowWatermark());
                    }
                });
    }

    // ---- configurations

    private void configure(Rpc over, Topic topic) {
        ask(
                over,
                ApiKey.INCREMENTAL_ALTER_CONFIGS,
                new IncrementalAlterConfigsRequest()
                        .resources(
                                List.of(
                                        new IncrementalAlterConfigsRequest.AlterConfigsResource()
                                                .resourceType(TOPIC)
                                                .resourceName(topic.name())
                                                .configs(
                                                        List.of(
                                                                new IncrementalAlterConfigsRequest
                                                                                .AlterableConfig()
                                                                        .name("segment.ms")
                                                                        .configOperation((byte) 0)
                                                                        .value(
                                                                                String.valueOf(
                                                                                        500
                                                                                                + random().nextInt(
                                                                                                                8_000))))))),
                answer -> {});
    }

    private void describe(Rpc over, Topic topic) {
        ask(
                over,
                ApiKey.DESCRIBE_CONFIGS,
                new DescribeConfigsRequest()
                        .resources(
                                List.of(
                                        new DescribeConfigsRequest.DescribeConfigsResource()
                                                .resourceType(TOPIC)
                                                .resourceName(topic.name())
                                                .configurationKeys(null))),
                answer -> {});
    }
}
