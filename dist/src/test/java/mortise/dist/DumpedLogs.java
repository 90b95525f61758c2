package mortise.dist;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Batches and records of partitions, as Kafka's dump tool printed them. */
final class DumpedLogs {
    private static final String RECORD = "| ";

    private final Map<String, List<Batch>> batches = new HashMap<>();
    private final Map<String, NavigableMap<Long, String>> records = new HashMap<>();

    private DumpedLogs() {}

    /** Has the tool read all of some segments, with which nothing may be wrong. */
    static DumpedLogs of(List<Path> segments) {
        DumpedLogs logs = new DumpedLogs();
        String partition = "";
        String dump = KafkaTool.dump(segments, "--deep-iteration", "--print-data-log");
        for (String line : dump.lines().toList()) {
            if (line.startsWith("Dumping ")) {
                Path segment = Path.of(line.substring("Dumping ".length()));
                partition = segment.getParent().getFileName().toString();
            } else if (line.startsWith(RECORD)) {
                logs.addRecord(partition, line.substring(RECORD.length()));
            } else if (line.startsWith("baseOffset: ")) {
                logs.batches
                        .computeIfAbsent(partition, _ -> new ArrayList<>())
                        .add(new Batch(line));
            }
        }
        return logs;
    }

    private void addRecord(String partition, String line) {
        String twin =
                records.computeIfAbsent(partition, _ -> new TreeMap<>())
                        // how a record is numbered among its producer's depends on retries
                        .put(number(line, "offset"), line.replaceFirst(" sequence: -?\\d+", ""));
        assertThat(twin).as("another record of %s at the offset of: %s", partition, line).isNull();
    }

    /** The batches of a partition, in their order. */
    List<Batch> batches(String partition) {
        return batches.getOrDefault(partition, List.of());
    }

    /** The records of a partition by their offsets, but for their sequence numbers. */
    NavigableMap<Long, String> records(String partition) {
        return records.getOrDefault(partition, new TreeMap<>());
    }

    /**
     * What the tool finds wrong with time indexes of a compacted partition, Apache Kafka's own too.
     * A batch that compaction keeps for nothing but its producer's last sequence also keeps its
     * largest timestamp, which may have an entry; the tool looks for a record that has it.
     */
    Set<String> complaintsAboutEmptyBatches(String partition, List<Path> timeIndexes) {
        Set<String> complaints = new HashSet<>();
        for (Path index : timeIndexes) {
            complaints.add("Found timestamp mismatch in :" + index);
        }
        for (Batch batch : batches(partition)) {
            if (batch.number("count") == 0) {
                complaints.add(
                        "  Index timestamp: " + batch.number("CreateTime") + ", log timestamp: -1");
            }
        }
        return complaints;
    }

    /** A batch of records, as the line that tells of it. */
    record Batch(String line) {
        String text(String field) {
            return DumpedLogs.text(line, field);
        }

        long number(String field) {
            return DumpedLogs.number(line, field);
        }
    }

    /** The number that follows a name in a line of the tool's. */
    static long number(String line, String field) {
        return Long.parseLong(text(line, field));
    }

    /** The word that follows a name in a line of the tool's. */
    static String text(String line, String field) {
        Matcher found = Pattern.compile("\\b" + field + ": (\\S+)").matcher(line);
        assertThat(found.find()).as("%s in: %s", field, line).isTrue();
        return found.group(1);
    }
}
