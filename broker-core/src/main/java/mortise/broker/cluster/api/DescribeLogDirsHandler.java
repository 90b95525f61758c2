package mortise.broker.cluster.api;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Predicate;
import mortise.api.ErrorCode;
import mortise.api.TopicPartition;
import mortise.broker.cluster.api.LocalLogs.LocalLog;
import mortise.broker.request.Access;
import mortise.broker.request.Answers;
import mortise.broker.request.ApiHandler;
import mortise.broker.request.RequestContext;
import mortise.broker.request.Requirement;
import mortise.broker.runtime.Blocking;
import mortise.spi.auth.Operation;
import mortise.spi.auth.ResourceType;
import mortise.spi.storage.LogDirectory;
import mortise.spi.storage.StorageException;
import mortise.wire.ApiKey;
import mortise.wire.message.DescribeLogDirsRequest;
import mortise.wire.message.DescribeLogDirsRequest.DescribableLogDirTopic;
import mortise.wire.message.DescribeLogDirsResponse;
import mortise.wire.message.DescribeLogDirsResponse.DescribeLogDirsPartition;
import mortise.wire.message.DescribeLogDirsResponse.DescribeLogDirsResult;
import mortise.wire.message.DescribeLogDirsResponse.DescribeLogDirsTopic;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves DescribeLogDirs: what lies where, and how much room is left. */
final class DescribeLogDirsHandler implements ApiHandler<DescribeLogDirsRequest> {
    private static final Logger LOG = LoggerFactory.getLogger(DescribeLogDirsHandler.class);

    /** What a directory takes as objects and encoded, without its logs. */
    private static final int DIRECTORY_BYTES = 1_024;

    /** What a log takes, and the topic that it may be the only one of. */
    private static final int LOG_BYTES = 300;

    private static final short FIRST_WITH_ERROR = 3;

    private final LocalLogs logs;
    private final Access access;
    private final Blocking blocking;

    DescribeLogDirsHandler(LocalLogs logs, Access access, Blocking blocking) {
        this.logs = logs;
        this.access = access;
        this.blocking = blocking;
    }

    @Override
    public ApiKey apiKey() {
        return ApiKey.DESCRIBE_LOG_DIRS;
    }

    @Override
    public List<Requirement> requirements() {
        return List.of(
                new Requirement(Operation.DESCRIBE, ResourceType.CLUSTER, Requirement.Per.REQUEST));
    }

    @Override
    public void handle(RequestContext context, DescribeLogDirsRequest request) {
        if (!access.allowsOnCluster(context, Operation.DESCRIBE)) {
            context.respond(
                    failure(
                            request,
                            context.apiVersion(),
                            ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
                            "Authorization failed."));
            return;
        }
        // Asking for a volume's free space touches the disk.
        Answers.build(
                true, bytes(request), blocking, () -> describe(request), this, context, request);
    }

    private long bytes(DescribeLogDirsRequest request) {
        Predicate<TopicPartition> wanted = wanted(request);
        long sum = DIRECTORY_BYTES * (long) logs.directories().size();
        for (LocalLog log : logs.logs()) {
            if (wanted.test(log.partition())) {
                sum += LOG_BYTES + 2L * log.partition().topic().length();
            }
        }
        return sum;
    }

    private DescribeLogDirsResponse describe(DescribeLogDirsRequest request) {
        Predicate<TopicPartition> wanted = wanted(request);
        Map<UUID, List<LocalLog>> byDirectory = new HashMap<>();
        for (LocalLog log : logs.logs()) {
            if (wanted.test(log.partition())) {
                byDirectory.computeIfAbsent(log.directory().id(), id -> new ArrayList<>()).add(log);
            }
        }
        List<DescribeLogDirsResult> results = new ArrayList<>();
        for (LogDirectory directory : logs.directories()) {
            results.add(result(directory, byDirectory.getOrDefault(directory.id(), List.of())));
        }
        return new DescribeLogDirsResponse().results(results);
    }

    private static Predicate<TopicPartition> wanted(DescribeLogDirsRequest request) {
        List<DescribableLogDirTopic> topics = request.topics();
        if (topics == null) {
            return partition -> true;
        }
        Map<String, Collection<Integer>> byTopic = new HashMap<>();
        topics.forEach(topic ->
                byTopic.computeIfAbsent(topic.topic(), first -> new HashSet<>())
                        .addAll(topic.partitions()));
        return partition ->
                byTopic.getOrDefault(partition.topic(), List.of()).contains(partition.partition());
    }

    private static DescribeLogDirsResult result(LogDirectory directory, List<LocalLog> logs) {
        DescribeLogDirsResult result = new DescribeLogDirsResult().logDir(directory.location());
        if (directory.failure().isPresent()) {
            return result.errorCode(ErrorCode.KAFKA_STORAGE_ERROR.code());
        }
        try {
            LogDirectory.Space space = directory.space();
            result.totalBytes(space.totalBytes()).usableBytes(space.usableBytes());
        } catch (StorageException unreadable) {
            LOG.debug("asking for the free space of {} failed", directory.location(), unreadable);
            return result.errorCode(ErrorCode.KAFKA_STORAGE_ERROR.code());
        }
        Map<String, List<DescribeLogDirsPartition>> byTopic = new TreeMap<>();
        logs.stream()
                .sorted(Comparator.comparing(LocalLog::partition))
                .forEach(log ->
                        byTopic.computeIfAbsent(log.partition().topic(), topic -> new ArrayList<>())
                                .add(
                                        new DescribeLogDirsPartition()
                                                .partitionIndex(log.partition().partition())
                                                .partitionSize(log.sizeInBytes())
                                                .offsetLag(log.offsetLag())
                                                .isFutureKey(log.isFuture())));
        List<DescribeLogDirsTopic> topics = new ArrayList<>(byTopic.size());
        byTopic.forEach((name, partitions) ->
                topics.add(new DescribeLogDirsTopic().name(name).partitions(partitions)));
        return result.topics(topics);
    }

    @Override
    public DescribeLogDirsResponse failure(
            DescribeLogDirsRequest request, short version, ErrorCode error, String reason) {
        DescribeLogDirsResponse response = new DescribeLogDirsResponse();
        return version >= FIRST_WITH_ERROR ? response.errorCode(error.code()) : response;
    }
}
