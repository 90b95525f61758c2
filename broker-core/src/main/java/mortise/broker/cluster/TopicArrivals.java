package mortise.broker.cluster;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import mortise.broker.runtime.RefusedDirectoryException;
import mortise.metadata.controller.ControllerCommand;
import mortise.metadata.controller.ControllerCommand.ImportTopics;
import mortise.metadata.controller.ControllerCommand.ImportedTopic;
import mortise.metadata.controller.ControllerCommand.TopicVerdict;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the topics known that an import has put into this broker's store, once the broker is
 * registered and before it opens its partitions. What the cluster took is struck off the file of
 * {@link ImportedTopics}; what it refused stays there, is named in the log, and is tried again by
 * the next start. Used once.
 */
public final class TopicArrivals {
    private static final Logger LOG = LoggerFactory.getLogger(TopicArrivals.class);

    /** So many partitions are made known in one entry of the metadata log, or one topic. */
    private static final int ENTRY_PARTITIONS = 1_000;

    private final Path directory;
    private final int nodeId;
    private final Executor disk;

    /**
     * Arrivals of a broker.
     *
     * @param directory its data directory
     * @param disk runs what reads and writes the file
     */
    public TopicArrivals(Path directory, int nodeId, Executor disk) {
        this.directory = directory;
        this.nodeId = nodeId;
        this.disk = disk;
    }

    /**
     * Completes when each topic is known or refused; fails only if no controller answers.
     *
     * @param submit the way to the controller
     */
    CompletionStage<Void> settle(
            Function<ControllerCommand<List<TopicVerdict>>, CompletionStage<List<TopicVerdict>>>
                    submit) {
        return CompletableFuture.supplyAsync(this::waiting, disk)
                .thenCompose(waiting -> {
                    CompletionStage<ImportedTopics> settled =
                            CompletableFuture.completedStage(waiting);
                    for (List<ImportedTopic> some : portions(waiting.ready())) {
                        settled =
                                settled.thenCompose(left ->
                                        submit.apply(
                                                        new ImportTopics(
                                                                nodeId,
                                                                some,
                                                                waiting.nextProducerId()))
                                                .thenApply(verdicts -> left(left, some, verdicts)));
                    }
                    return settled.thenAcceptAsync(left -> note(waiting, left), disk);
                });
    }

    private ImportedTopics waiting() {
        try {
            ImportedTopics waiting = ImportedTopics.read(directory);
            waiting.copying()
                    .forEach((id, name) ->
                            LOG.warn(
                                    "topic {} ({}) was imported in part only, and is not served; finish it with 'mortise log import' while the broker is stopped",
                                    name,
                                    id));
            return waiting;
        } catch (RefusedDirectoryException refused) {
            LOG.error("imported topics are not served: {}", refused.getMessage());
            return ImportedTopics.NONE;
        }
    }

    private static List<List<ImportedTopic>> portions(List<ImportedTopic> topics) {
        List<List<ImportedTopic>> portions = new ArrayList<>();
        int partitions = 0;
        for (ImportedTopic topic : topics) {
            partitions += topic.leaderEpochs().size();
            if (portions.isEmpty() || partitions > ENTRY_PARTITIONS) {
                portions.add(new ArrayList<>());
                partitions = topic.leaderEpochs().size();
            }
            portions.getLast().add(topic);
        }
        return portions;
    }

    private static ImportedTopics left(
            ImportedTopics before, List<ImportedTopic> topics, List<TopicVerdict> verdicts) {
        ImportedTopics left = before;
        for (int i = 0; i < topics.size(); i++) {
            ImportedTopic topic = topics.get(i);
            if (verdicts.get(i).verdict().accepted()) {
                left = left.without(topic.id());
            } else {
                LOG.error(
                        "imported topic {} ({}) is not served: {} It stays in {}, and the next start tries again",
                        topic.name(),
                        topic.id(),
                        verdicts.get(i).verdict().message(),
                        ImportedTopics.FILE);
            }
        }
        return left;
    }

    private void note(ImportedTopics before, ImportedTopics left) {
        int arrived = before.ready().size() - left.ready().size();
        if (arrived == 0) {
            return;
        }
        LOG.info("{} imported topics are part of the cluster now", arrived);
        try {
            left.write(directory);
        } catch (IOException failure) {
            // the next start finds the topics there, and takes that for done
            LOG.warn("{} cannot be updated: {}", directory.resolve(ImportedTopics.FILE), failure);
        }
    }
}
