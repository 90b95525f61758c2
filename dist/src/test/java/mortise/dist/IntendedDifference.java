package mortise.dist;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A difference between the answers of Mortise and of Apache Kafka that is meant to be. Each stands
 * by its name in {@code docs/metadata.md}, with its reason.
 *
 * @param api where it is seen
 * @param request in which requests
 * @param path in which fields
 * @param values what Mortise and Apache Kafka say there, as "mortise …, kafka …"
 */
record IntendedDifference(String name, Pattern api, Pattern request, Pattern path, Pattern values) {
    private static final String ANY = ".*";

    /** All of them. */
    static final List<IntendedDifference> ALL =
            List.of(
                    of("reasons", ANY, ANY, ".*error_message", "mortise something, kafka nothing"),
                    of(
                            "apis",
                            "ApiVersions",
                            ANY,
                            "(api_keys|supported_features|finalized_features).*",
                            ANY),
                    of(
                            "newer-configs",
                            "CreateTopics|DescribeConfigs",
                            ANY,
                            ".*configs(\\.size|\\[(errors\\.deadletterqueue\\.group\\.enable"
                                    + "|max\\.decompressed\\.message\\.bytes"
                                    + "|remote\\.copy\\.lag\\.(ms|bytes))])",
                            "mortise (37|), kafka (33|absent)"),
                    of(
                            "canonical-values",
                            "CreateTopics",
                            "padded config",
                            ".*cleanup.policy].value",
                            "mortise delete, kafka  delete "),
                    of(
                            "collisions-in-one-request",
                            "CreateTopics",
                            "collide with each other",
                            "topics\\[new_one-v].*",
                            ANY),
                    of(
                            "collisions-by-metadata",
                            "Metadata",
                            "colliding name, to be created",
                            "topics\\[dotted_name].error_code",
                            "mortise 17, kafka 3"),
                    of("created-at-once", "Metadata", "unknown, to be created", "topics.*", ANY),
                    of(
                            "null-names",
                            "Metadata|DescribeTopicPartitions",
                            "by no ID|empty name",
                            ANY,
                            ANY),
                    of(
                            "group-and-metrics-configs",
                            "DescribeConfigs",
                            "a group|client metrics",
                            "results.*",
                            ANY),
                    of(
                            "dynamic-keys",
                            "DescribeConfigs",
                            ANY,
                            "results\\[1].configs.*read_only",
                            "mortise false, kafka true"),
                    of(
                            "derived-defaults",
                            "DescribeConfigs",
                            ANY,
                            "results.*configs\\[(log\\.retention\\.ms|retention\\.ms|flush\\.ms"
                                    + "|segment\\.ms|segment\\.jitter\\.ms)]\\.(value|synonyms.*)",
                            ANY),
                    of(
                            "unknown-broker-configs",
                            "AlterConfigs|IncrementalAlterConfigs",
                            "unknown (config )?of a broker|a read-only config",
                            "responses\\[1].error_.*",
                            ANY),
                    of(
                            "unknown-operations",
                            "IncrementalAlterConfigs",
                            "unknown operation",
                            "responses\\[altered].error_code",
                            "mortise 42, kafka -1"),
                    of(
                            "each-resource-once",
                            "IncrementalAlterConfigs|OffsetForLeaderEpoch",
                            "one resource twice|twice",
                            "(responses|topics\\[read].partitions).*",
                            ANY),
                    of(
                            "loggers",
                            "ListConfigResources",
                            "all",
                            "config_resources(\\.size|\\[1].*)",
                            ANY),
                    of("unknown-isolation", "Fetch", "unknown isolation", ANY, ANY),
                    of(
                            "deleted-records",
                            "ListOffsets",
                            "largest timestamp after deletion",
                            "topics\\[read].partitions\\[1].*",
                            ANY),
                    of(
                            "start-of-refused",
                            "Produce",
                            ANY,
                            ".*log_start_offset",
                            "mortise -1, kafka 0"),
                    of(
                            "append-time-of-duplicates",
                            "Produce",
                            "duplicate of the (first|last)|the fifth last",
                            ".*log_append_time_ms",
                            "mortise negative, kafka positive"),
                    of(
                            "record-errors",
                            "Produce",
                            "too old|from the future",
                            ".*record_errors.*",
                            ANY),
                    of(
                            "one-batch-a-partition",
                            "Produce",
                            "one partition twice",
                            ".*partition_responses.*",
                            ANY));

    private static IntendedDifference of(
            String name, String api, String request, String path, String values) {
        return new IntendedDifference(
                name,
                Pattern.compile(api),
                Pattern.compile(request),
                Pattern.compile(path),
                Pattern.compile(values));
    }

    /** The intention behind a difference, if there is one. */
    static Optional<IntendedDifference> behind(Parity.Difference difference) {
        return ALL.stream().filter(intended -> intended.covers(difference)).findFirst();
    }

    /** Whether nothing differs but what is meant to. */
    static boolean all(List<Parity.Difference> differences) {
        return differences.stream().allMatch(difference -> behind(difference).isPresent());
    }

    private boolean covers(Parity.Difference difference) {
        return api.matcher(difference.api()).matches()
                && request.matcher(difference.request()).matches()
                && path.matcher(difference.path()).matches()
                && values.matcher("mortise " + difference.ours() + ", kafka " + difference.theirs())
                        .matches();
    }
}
