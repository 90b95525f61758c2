package mortise.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import mortise.bench.workload.Workload;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;

/** What the raw driver writes to a topic that is compacted, as Apache Kafka's client reads it. */
class KeyedRecordsTest {
    private static final int KEYS = 1_000;
    private static final int PARTITIONS = 3;

    private static Workload workload() {
        return Workload.of(
                "keyed",
                Map.of(
                        "driver", "raw",
                        "topic.partitions", Integer.toString(PARTITIONS),
                        "producers.count", "2",
                        "producers.request-records", "30",
                        "record.keys", Integer.toString(KEYS),
                        "record.size", "100B"));
    }

    private static List<String> keys(ByteBuffer batch) {
        List<String> keys = new ArrayList<>();
        for (Record each : MemoryRecords.readableRecords(batch.duplicate()).records()) {
            keys.add(StandardCharsets.US_ASCII.decode(each.key()).toString());
        }
        return keys;
    }

    @Test
    void everyKeyIsOfOnePartitionAndIsWrittenTwiceBeforeAnyIsWrittenAgain() {
        Set<String> all = new HashSet<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            Map<String, Integer> times = new HashMap<>();
            for (ByteBuffer batch :
                    new KeyedRecords(workload().producers().records(), 30)
                            .batches(partition, PARTITIONS)) {
                keys(batch).forEach(key -> times.merge(key, 1, Integer::sum));
            }
            assertThat(times.values()).allMatch(count -> count >= 2);
            // the last batch is filled up from the first
            int written = times.values().stream().mapToInt(Integer::intValue).sum();
            assertThat(written - 2 * times.size()).isBetween(0, 29);
            assertThat(times).hasSize((KEYS + PARTITIONS - 1) / PARTITIONS);
            int before = all.size();
            all.addAll(times.keySet());
            assertThat(all).hasSize(before + times.size());
        }
    }

    @Test
    void compactionFindsSomethingToDropInMostBatchesAndNotAllOfThem() {
        List<ByteBuffer> batches =
                new KeyedRecords(workload().producers().records(), 30).batches(0, PARTITIONS);
        Map<String, Integer> lastBatch = new HashMap<>();
        for (int batch = 0; batch < batches.size(); batch++) {
            for (String key : keys(batches.get(batch))) {
                lastBatch.put(key, batch);
            }
        }
        int partly = 0;
        for (int batch = 0; batch < batches.size(); batch++) {
            int number = batch;
            long kept =
                    keys(batches.get(batch)).stream()
                            .filter(key -> lastBatch.getOrDefault(key, -1) == number)
                            .count();
            partly += kept > 0 && kept < 30 ? 1 : 0;
        }
        assertThat(partly).isGreaterThan(batches.size() / 2);
    }

    @Test
    void allRequestsOfASenderAreOfOneSizeAndTakeTurnsAmongItsPartitions() {
        List<PreparedProduce> requests = RawLoad.requests(workload(), "topic", 0);

        assertThat(requests.stream().map(request -> request.frame().remaining()).distinct())
                .hasSize(1);
        assertThat(requests.stream().map(PreparedProduce::partition).limit(4))
                .containsExactly(0, 2, 0, 2);
        assertThat(requests).hasSize(2 * (2 * 334 + 29) / 30);
    }
}
