package mortise.broker.cluster.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import mortise.api.ErrorCode;
import mortise.api.RefusedException;
import mortise.api.TopicId;
import mortise.api.config.Config;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.runtime.Blocking;
import mortise.metadata.ClusterImage;
import mortise.metadata.PartitionImage;
import mortise.metadata.TopicImage;
import mortise.metadata.TopicNames;
import mortise.metadata.config.MetadataSettings;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.wire.ApiKey;
import mortise.wire.message.DescribeTopicPartitionsRequest;
import mortise.wire.message.DescribeTopicPartitionsRequest.TopicRequest;
import mortise.wire.message.DescribeTopicPartitionsResponse;
import mortise.wire.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponsePartition;
import mortise.wire.message.DescribeTopicPartitionsResponse.DescribeTopicPartitionsResponseTopic;
import org.jspecify.annotations.Nullable;

/**
 * Serves DescribeTopicPartitions: topics in the order of their names, a bounded number of
 * partitions at a time, with a cursor where the next answer begins.
 */
final class DescribeTopicPartitionsHandler implements ApiHandler<DescribeTopicPartitionsRequest> {
    /** What a topic takes as objects and encoded, without its partitions. */
    private static final int TOPIC_BYTES = 800;

    /** What a partition takes. */
    private static final int PARTITION_BYTES = 256;

    private final ClusterView view;
    private final int largeResponsePartitions;
    private final int maxDescribedPartitions;
    private final Access access;
    private final Blocking blocking;

    DescribeTopicPartitionsHandler(
            ClusterView view, Config config, Access access, Blocking blocking) {
        this.view = view;
        this.largeResponsePartitions = config.get(MetadataSettings.LARGE_RESPONSE_PARTITIONS);
        this.maxDescribedPartitions = config.get(MetadataSettings.MAX_DESCRIBED_PARTITIONS);
        this.access = access;
        this.blocking = blocking;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_TOPIC_PARTITIONS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.TOPIC, Requirement.Per.RESOURCE));
    }

    @Override
    public void handle(RequestContext context, DescribeTopicPartitionsRequest request) {
        DescribeTopicPartitionsRequest.Cursor cursor = request.cursor();
        if (cursor != null && cursor.partitionIndex() < 0) {
            throw new RefusedException(
                    ErrorCode.INVALID_REQUEST,
                    "The cursor points to partition "
                            + cursor.partitionIndex()
                            + "; it must be at least 0.");
        }
        if (cursor != null && !reaches(request, cursor.topicName())) {
            throw new RefusedException(
                    ErrorCode.INVALID_REQUEST,
                    "The cursor points to topic '"
                            + cursor.topicName()
                            + "', which the request does not name.");
        }
        boolean large =
                (request.topics().isEmpty() ? view.image().topicCount() : request.topics().size())
                        > largeResponsePartitions;
        Answers.build(
                large,
                bytes(context, request),
                blocking,
                () -> describe(context, request),
                this,
                context,
                request);
    }

    /** What a page takes at most; it has no more rows than an answer may take. */
    private long bytes(RequestContext context, DescribeTopicPartitionsRequest request) {
        ClusterImage image = view.image();
        int asked = request.topics().isEmpty() ? image.topicCount() : request.topics().size();
        return (long) Math.min(asked, mostTopics(context)) * TOPIC_BYTES
                + (long) Math.min(image.partitionCount(), limit(context, request))
                        * PARTITION_BYTES;
    }

    private int mostTopics(RequestContext context) {
        long affordable = context.maxAnswerBytes() / 4 / TOPIC_BYTES;
        return (int) Math.min(affordable, maxDescribedPartitions);
    }

    private static boolean reaches(DescribeTopicPartitionsRequest request, String topic) {
        return request.topics().isEmpty()
                || request.topics().stream().anyMatch(asked -> asked.name().equals(topic));
    }

    private DescribeTopicPartitionsResponse describe(
            RequestContext context, DescribeTopicPartitionsRequest request) {
        ClusterImage image = view.image();
        boolean all = request.topics().isEmpty();
        DescribeTopicPartitionsRequest.Cursor cursor = request.cursor();
        Page page = new Page(limit(context, request), mostTopics(context));
        for (String name : names(image, request, cursor)) {
            TopicImage topic = image.topic(name);
            if (page.topics.size() == page.mostTopics) {
                page.next = cursor(name, 0);
                break;
            }
            if (!access.allowsOnTopic(context, Operation.DESCRIBE, name)) {
                if (!all) {
                    page.topics.add(unknown(name, ErrorCode.TOPIC_AUTHORIZATION_FAILED));
                }
            } else if (topic == null) {
                page.topics.add(
                        unknown(
                                        name,
                                        TopicNames.problem(name) == null
                                                ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
                                                : ErrorCode.INVALID_TOPIC_EXCEPTION)
                                .topicAuthorizedOperations(
                                        access.authorizedOperations(
                                                context, ResourceType.TOPIC, name)));
            } else {
                int from =
                        cursor != null && cursor.topicName().equals(name)
                                ? cursor.partitionIndex()
                                : 0;
                add(context, image, topic, from, page);
            }
            if (page.next != null) {
                break;
            }
        }
        return new DescribeTopicPartitionsResponse().topics(page.topics).nextCursor(page.next);
    }

    private int limit(RequestContext context, DescribeTopicPartitionsRequest request) {
        int wanted = request.responsePartitionLimit();
        long affordable = context.maxAnswerBytes() / 2 / PARTITION_BYTES;
        return (int) Math.max(1, Math.min(affordable, Math.min(wanted, maxDescribedPartitions)));
    }

    private static Collection<String> names(
            ClusterImage image,
            DescribeTopicPartitionsRequest request,
            DescribeTopicPartitionsRequest.@Nullable Cursor cursor) {
        TreeSet<String> names = new TreeSet<>();
        if (request.topics().isEmpty()) {
            image.topics().forEach(topic -> names.add(topic.name()));
        } else {
            request.topics().stream().map(TopicRequest::name).forEach(names::add);
        }
        return cursor == null ? names : names.tailSet(cursor.topicName(), true);
    }

    /** An answer being filled. */
    private static final class Page {
        final List<DescribeTopicPartitionsResponseTopic> topics = new ArrayList<>();
        final int mostTopics;
        int left;
        DescribeTopicPartitionsResponse.@Nullable Cursor next;

        Page(int limit, int mostTopics) {
            left = limit;
            this.mostTopics = mostTopics;
        }
    }

    private void add(
            RequestContext context, ClusterImage image, TopicImage topic, int from, Page page) {
        if (page.left == 0) {
            page.next = cursor(topic.name(), from);
            return;
        }
        int start = Math.min(from, topic.partitions().size());
        int end = Math.min(start + page.left, topic.partitions().size());
        List<DescribeTopicPartitionsResponsePartition> partitions = new ArrayList<>(end - start);
        for (PartitionImage partition : topic.partitions().subList(start, end)) {
            partitions.add(partition(context, image, topic, partition));
        }
        page.left -= end - start;
        page.topics.add(
                new DescribeTopicPartitionsResponseTopic()
                        .name(topic.name())
                        .topicId(topic.id().value())
                        .isInternal(topic.internal())
                        .partitions(partitions)
                        .topicAuthorizedOperations(
                                access.authorizedOperations(
                                        context, ResourceType.TOPIC, topic.name())));
        if (end < topic.partitions().size()) {
            page.next = cursor(topic.name(), end);
        }
    }

    private static DescribeTopicPartitionsResponse.Cursor cursor(String topic, int partition) {
        return new DescribeTopicPartitionsResponse.Cursor()
                .topicName(topic)
                .partitionIndex(partition);
    }

    private DescribeTopicPartitionsResponsePartition partition(
            RequestContext context,
            ClusterImage image,
            TopicImage topic,
            PartitionImage partition) {
        ClusterView.PartitionView seen = view.partition(context, image, topic, partition);
        return new DescribeTopicPartitionsResponsePartition()
                .errorCode(seen.error().code())
                .partitionIndex(partition.partition())
                .leaderId(seen.leader())
                .leaderEpoch(partition.leaderEpoch())
                .replicaNodes(partition.replicas())
                .isrNodes(partition.isr())
                .eligibleLeaderReplicas(List.of())
                .lastKnownElr(List.of())
                .offlineReplicas(seen.offline());
    }

    private static DescribeTopicPartitionsResponseTopic unknown(String name, ErrorCode error) {
        return new DescribeTopicPartitionsResponseTopic()
                .errorCode(error.code())
                .name(name)
                .topicId(TopicId.NONE.value())
                .isInternal(TopicNames.isInternal(name));
    }

    @Override
    public DescribeTopicPartitionsResponse failure(
            DescribeTopicPartitionsRequest request, short version, ErrorCode error, String reason) {
        return new DescribeTopicPartitionsResponse()
                .topics(
                        request.topics().stream()
                                .map(TopicRequest::name)
                                .distinct()
                                .map(name -> unknown(name, error))
                                .toList());
    }
}
