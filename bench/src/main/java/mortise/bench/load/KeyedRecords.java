package mortise.bench.load;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import mortise.bench.workload.Workload;

/**
 * The batches that write every key of a topic twice, in an order that has no order: sent again and
 * again, they leave a compaction some records to drop in each batch. A key belongs to one
 * partition, and all are of the same length, so that all batches are of one size.
 *
 * @param each how many records a batch has
 */
record KeyedRecords(Workload.Records records, int each) {
    private static final int TIMES = 2;
    private static final long SEED = 42;

    /** The batches of one of several partitions; all partitions have as many. */
    List<ByteBuffer> batches(int partition, int partitions) {
        List<byte[]> keys = new ArrayList<>();
        for (int time = 0; time < TIMES; time++) {
            for (int key = 0; key < keysEach(partitions); key++) {
                keys.add(key((long) key * partitions + partition));
            }
        }
        Collections.shuffle(keys, new Random(SEED + partition));
        List<ByteBuffer> batches = new ArrayList<>();
        for (int from = 0; from < keys.size(); from += each) {
            List<byte[]> ofBatch = new ArrayList<>();
            for (int record = from; record < from + each; record++) {
                ofBatch.add(keys.get(record % keys.size()));
            }
            batches.add(Batches.keyed(ofBatch, records.size()));
        }
        return batches;
    }

    /**
     * How many keys a partition has: the same number in each, so a few more than were asked for.
     */
    private int keysEach(int partitions) {
        return Math.ceilDiv(records.keys(), partitions);
    }

    private static byte[] key(long number) {
        return String.format(Locale.ROOT, "%010d", number).getBytes(StandardCharsets.US_ASCII);
    }
}
