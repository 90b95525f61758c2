package mortise.dist;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import mortise.api.TopicId;
import mortise.client.Cluster;
import mortise.client.Configs;
import mortise.client.Topics;
import mortise.wire.message.CreateTopicsResponse;
import mortise.wire.message.MetadataResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code mortise topics}: create, list, describe, grow and delete topics. */
@Command(
        name = "topics",
        description = "Creates, lists, describes, grows and deletes topics.",
        mixinStandardHelpOptions = true)
final class TopicsCommand implements Runnable {
    @Spec private CommandSpec spec;

    @Override
    public void run() {
        throw new IncompleteCommandException(
                spec.commandLine(), "name what to do: create, list, describe, grow or delete");
    }

    @Command(name = "create", description = "Creates a topic.", mixinStandardHelpOptions = true)
    void create(
            @Mixin ConnectionOptions connection,
            @Mixin OutputOptions output,
            @Parameters(paramLabel = "TOPIC", description = "Its name.") String name,
            @Option(
                            names = "--partitions",
                            paramLabel = "N",
                            defaultValue = "-1",
                            converter = Numbers.Partitions.class,
                            description =
                                    "How many partitions (default: the broker's num.partitions).")
                    int partitions,
            @Option(
                            names = "--replication-factor",
                            paramLabel = "N",
                            defaultValue = "-1",
                            converter = Numbers.Replicas.class,
                            description = "How many replicas of each (default: the broker's).")
                    int replicationFactor,
            @Option(
                            names = "--config",
                            paramLabel = "KEY=VALUE",
                            description = "A topic configuration. Repeatable.")
                    Map<String, String> configs) {
        try (Cluster cluster = connection.connect()) {
            CreateTopicsResponse.CreatableTopicResult created =
                    new Topics(cluster)
                            .create(
                                    name,
                                    partitions,
                                    replicationFactor,
                                    configs == null ? Map.of() : configs);
            // who may not describe the topic is not told what it got
            boolean told = created.numPartitions() >= 0;
            Map<String, Object> result = new LinkedHashMap<>();
            result.put("topic", name);
            result.put("id", new TopicId(created.topicId()));
            if (told) {
                result.put("partitions", created.numPartitions());
                result.put("replicationFactor", created.replicationFactor());
            }
            output.print(
                    out(),
                    result,
                    () ->
                            out().println(
                                            "created "
                                                    + name
                                                    + (told
                                                            ? ": "
                                                                    + created.numPartitions()
                                                                    + " partitions, replication factor "
                                                                    + created.replicationFactor()
                                                            : "")));
        }
    }

    @Command(name = "list", description = "Lists all topics.", mixinStandardHelpOptions = true)
    void list(@Mixin ConnectionOptions connection, @Mixin OutputOptions output) {
        try (Cluster cluster = connection.connect()) {
            List<MetadataResponse.MetadataResponseTopic> topics = new Topics(cluster).list();
            List<Map<String, Object>> rows = topics.stream().map(TopicsCommand::summary).toList();
            output.print(out(), rows, () -> topics.forEach(topic -> out().println(topic.name())));
        }
    }

    @Command(
            name = "describe",
            description = "Shows a topic's partitions and configuration.",
            mixinStandardHelpOptions = true)
    void describe(
            @Mixin ConnectionOptions connection,
            @Mixin OutputOptions output,
            @Parameters(paramLabel = "TOPIC", description = "Its name.") String name) {
        try (Cluster cluster = connection.connect()) {
            MetadataResponse.MetadataResponseTopic topic = new Topics(cluster).describe(name);
            Map<String, Object> configs = new LinkedHashMap<>();
            new Configs(cluster)
                    .describe(Configs.Kind.TOPIC, name)
                    .forEach(config -> {
                        if (config.configSource() == ConfigsCommand.TOPIC_SOURCE) {
                            configs.put(
                                    config.name(), config.isSensitive() ? "****" : config.value());
                        }
                    });
            List<MetadataResponse.MetadataResponsePartition> partitions =
                    new ArrayList<>(topic.partitions());
            partitions.sort(
                    Comparator.comparingInt(
                            MetadataResponse.MetadataResponsePartition::partitionIndex));
            Map<String, Object> result = summary(topic);
            result.put("configs", configs);
            result.put("leaders", partitions.stream().map(TopicsCommand::row).toList());
            output.print(
                    out(),
                    result,
                    () -> {
                        out().println(
                                        name
                                                + " ("
                                                + new TopicId(topic.topicId())
                                                + "): "
                                                + partitions.size()
                                                + " partitions");
                        configs.forEach((key, value) -> out().println("  " + key + " = " + value));
                        partitions.forEach(partition ->
                                out().println(
                                                "  partition "
                                                        + partition.partitionIndex()
                                                        + "  leader "
                                                        + partition.leaderId()
                                                        + "  epoch "
                                                        + partition.leaderEpoch()
                                                        + "  replicas "
                                                        + partition.replicaNodes()
                                                        + "  in sync "
                                                        + partition.isrNodes()));
                    });
        }
    }

    @Command(
            name = "grow",
            description = "Gives a topic more partitions.",
            mixinStandardHelpOptions = true)
    void grow(
            @Mixin ConnectionOptions connection,
            @Mixin OutputOptions output,
            @Parameters(paramLabel = "TOPIC", description = "Its name.") String name,
            @Option(
                            names = "--partitions",
                            paramLabel = "N",
                            required = true,
                            converter = Numbers.AtLeastOne.class,
                            description = "How many it shall have.")
                    int partitions) {
        try (Cluster cluster = connection.connect()) {
            new Topics(cluster).grow(name, partitions);
            output.print(
                    out(),
                    grown(name, partitions),
                    () -> out().println(name + " has " + partitions + " partitions"));
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a topic and its data.",
            mixinStandardHelpOptions = true)
    void delete(
            @Mixin ConnectionOptions connection,
            @Mixin OutputOptions output,
            @Parameters(paramLabel = "TOPIC", description = "Its name.") String name) {
        try (Cluster cluster = connection.connect()) {
            new Topics(cluster).delete(name);
            output.print(out(), Map.of("deleted", name), () -> out().println("deleted " + name));
        }
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private static Map<String, Object> summary(MetadataResponse.MetadataResponseTopic topic) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", Objects.toString(topic.name()));
        row.put("id", new TopicId(topic.topicId()));
        row.put("partitions", topic.partitions().size());
        row.put("internal", topic.isInternal());
        return row;
    }

    private static Map<String, Object> grown(String name, int partitions) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("topic", name);
        row.put("partitions", partitions);
        return row;
    }

    private static Map<String, Object> row(MetadataResponse.MetadataResponsePartition partition) {
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("partition", partition.partitionIndex());
        row.put("leader", partition.leaderId());
        row.put("epoch", partition.leaderEpoch());
        row.put("replicas", partition.replicaNodes());
        row.put("isr", partition.isrNodes());
        return row;
    }
}
