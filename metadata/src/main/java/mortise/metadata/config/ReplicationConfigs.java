package mortise.metadata.config;

import java.util.List;
import java.util.regex.Pattern;
import mortise.api.config.ConfigType;
import org.jspecify.annotations.Nullable;

/** How replicas stay together. */
public final class ReplicationConfigs {
    private static final Pattern THROTTLED = Pattern.compile("\\d+:\\d+");

    /** Throttled followers. */
    public static final TopicConfig<String> FOLLOWER_THROTTLED =
            throttled(
                    "follower.replication.throttled.replicas",
                    "Replicas whose fetching from their leaders is throttled.");

    /** Throttled leaders. */
    public static final TopicConfig<String> LEADER_THROTTLED =
            throttled(
                    "leader.replication.throttled.replicas",
                    "Replicas whose serving of followers is throttled.");

    /** How many in-sync replicas acks=all needs. */
    public static final TopicConfig<Integer> MIN_INSYNC_REPLICAS =
            TopicConfig.of(
                            "min.insync.replicas",
                            ConfigKind.INT,
                            ConfigType.INT,
                            1,
                            "How many in-sync replicas must have a record before acks=all is answered.")
                    .atLeast(1)
                    .underBrokerName("min.insync.replicas")
                    .honoured(
                            "honoured; no more than a partition has replicas are asked for, as in Apache Kafka");

    /** Leaders that may have lost records. */
    public static final TopicConfig<Boolean> UNCLEAN_LEADER_ELECTION =
            TopicConfig.of(
                            "unclean.leader.election.enable",
                            ConfigKind.BOOLEAN,
                            ConfigType.BOOLEAN,
                            false,
                            "Whether a replica that is not in sync may lead when nobody else is left.")
                    .underBrokerName("unclean.leader.election.enable")
                    .honoured(
                            "kept; with one replica the leader is always in sync, so it never takes effect");

    static final List<TopicConfig<?>> ALL =
            List.of(
                    FOLLOWER_THROTTLED,
                    LEADER_THROTTLED,
                    MIN_INSYNC_REPLICAS,
                    UNCLEAN_LEADER_ELECTION);

    private ReplicationConfigs() {}

    private static TopicConfig<String> throttled(String name, String doc) {
        return TopicConfig.of(name, ConfigKind.LIST, ConfigType.STRING, "", doc)
                .checked(
                        "partition:broker,partition:broker,... or *",
                        ReplicationConfigs::throttledProblem)
                .refusing((replicas, store) ->
                        TopicConfig.elements(replicas).isEmpty()
                                ? null
                                : "replication is not served by a single broker, so there is nothing to throttle; leave it empty")
                .honoured(
                        "the empty list is honoured; replicas are refused, because there is no replication to throttle");
    }

    private static @Nullable String throttledProblem(String text) {
        List<String> elements = TopicConfig.elements(text);
        boolean trailingComma = elements.size() > 1 && elements.getLast().isEmpty();
        List<String> replicas = trailingComma ? elements.subList(0, elements.size() - 1) : elements;
        boolean valid =
                text.strip().equals("*")
                        || replicas.stream()
                                .allMatch(replica -> THROTTLED.matcher(replica).matches());
        return valid ? null : "is not partition:broker,partition:broker,... and not *";
    }
}
