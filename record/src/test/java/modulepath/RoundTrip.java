package modulepath;

import java.nio.ByteBuffer;
import mortise.record.Codec;
import mortise.record.Codecs;
import mortise.record.Record;
import mortise.record.RecordBatch;
import mortise.record.RecordBatchBuilder;
import mortise.record.RecordIteration;

/** Writes and reads a batch with a codec that the module path provides. */
public final class RoundTrip {
    private RoundTrip() {}

    /** Prints where the codec came from and how small it made the batch. */
    public static void main(String[] arguments) {
        Codecs codecs = Codecs.installed();
        Codec codec = codecs.find(arguments[0]);
        if (codec == null) {
            throw new IllegalStateException(arguments[0] + " is not among " + codecs.names());
        }
        ByteBuffer value = ByteBuffer.allocate(100_000);
        RecordBatch batch =
                RecordBatchBuilder.growing(0).codec(codec).append(1, null, value).build();
        try (RecordIteration records = batch.records(codecs, 1 << 20)) {
            Record record = records.next();
            boolean same = value.equals(record.value()) && !records.hasNext();
            boolean small = batch.sizeInBytes() < 10_000;
            System.out.println(codec.getClass().getModule().getName() + " " + (same && small));
        }
    }
}
