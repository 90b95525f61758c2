package mortise.dist;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;
import mortise.broker.OfflineLogs;
import mortise.record.Codecs;
import mortise.record.CompressionType;
import mortise.record.CorruptRecordException;
import mortise.record.RecordBatch;
import mortise.record.RecordIteration;
import mortise.record.UnsupportedCodecException;
import org.jspecify.annotations.Nullable;

/** Prints the batches of a log, a line each, as text or as JSON. Confined to one thread. */
final class BatchDump implements OfflineLogs.Reader {
    /** What one batch may open to; a broker would refuse larger ones. */
    private static final long MOST_BYTES = 1L << 30;

    private final PrintWriter out;
    private final boolean json;
    private final @Nullable Codecs codecs;
    private final CRC32C checksum = new CRC32C();
    private long left;

    /**
     * @param codecs to print records too; null for batches only
     * @param most how many batches are printed
     */
    BatchDump(PrintWriter out, boolean json, @Nullable Codecs codecs, long most) {
        this.out = out;
        this.json = json;
        this.codecs = codecs;
        this.left = most;
    }

    @Override
    public boolean batch(RecordBatch batch) {
        if (left-- <= 0) {
            return false;
        }
        Map<String, @Nullable Object> document = document(batch);
        List<Map<String, @Nullable Object>> records = new ArrayList<>();
        if (codecs != null) {
            try (RecordIteration all = batch.records(codecs, MOST_BYTES)) {
                while (all.hasNext()) {
                    records.add(RecordDocument.of(all.next()));
                }
            } catch (CorruptRecordException | UnsupportedCodecException cannot) {
                document.put("problem", cannot.getMessage());
            }
        }
        if (json) {
            if (codecs != null) {
                document.put("records", records);
            }
            print("", document);
        } else {
            out.println(text(document));
            for (Map<String, @Nullable Object> record : records) {
                print("  ", record);
            }
        }
        return true;
    }

    @Override
    public void unreadable(long from, long to, String why) {
        if (json) {
            Map<String, @Nullable Object> document = new LinkedHashMap<>();
            document.put("from", from);
            document.put("to", to - 1);
            document.put("problem", why);
            print("", document);
        } else {
            out.println("offsets " + from + " to " + (to - 1) + ": " + why);
        }
    }

    private void print(String indent, Map<String, @Nullable Object> document) {
        out.print(indent);
        Json.write(out, document);
        out.println();
    }

    private Map<String, @Nullable Object> document(RecordBatch batch) {
        Map<String, @Nullable Object> document = new LinkedHashMap<>();
        document.put("from", batch.baseOffset());
        document.put("to", batch.lastOffset());
        document.put("record-count", batch.recordCount());
        document.put("bytes", batch.sizeInBytes());
        CompressionType codec = CompressionType.find(batch.codecId());
        document.put("codec", codec == null ? batch.codecId() : codec.label());
        document.put("base-timestamp", batch.baseTimestamp());
        document.put("max-timestamp", batch.maxTimestamp());
        document.put("leader-epoch", batch.leaderEpoch());
        if (batch.hasProducerId()) {
            document.put("producer", batch.producerId());
            document.put("producer-epoch", batch.producerEpoch());
            document.put("base-sequence", batch.baseSequence());
        }
        List<String> marks = new ArrayList<>();
        mark(marks, batch.isTransactional(), "transactional");
        mark(marks, batch.isControl(), "control");
        mark(marks, batch.usesLogAppendTime(), "log-append-time");
        mark(marks, batch.hasDeleteHorizon(), "delete-horizon");
        mark(marks, !batch.isCrcValid(checksum), "wrong-checksum");
        document.put("marks", marks);
        return document;
    }

    private static void mark(List<String> marks, boolean has, String mark) {
        if (has) {
            marks.add(mark);
        }
    }

    private static String text(Map<String, @Nullable Object> document) {
        StringBuilder text = new StringBuilder();
        document.forEach((name, value) -> {
            if (name.equals("from")) {
                text.append("offsets ").append(value);
            } else if (name.equals("to")) {
                text.append(" to ").append(value);
            } else if (value instanceof List<?> marks) {
                marks.forEach(mark -> text.append(", ").append(mark));
            } else {
                text.append(", ").append(name.replace('-', ' ')).append(' ').append(value);
            }
        });
        return text.toString();
    }
}
