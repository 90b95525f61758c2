package mortise.record;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.NoSuchElementException;

/** The walk over an uncompressed batch: records are slices of its buffer. */
final class PlainRecords implements RecordIteration {
    private final RecordDecoder decoder;
    private final ByteBuffer rest;
    private final long baseOffset;
    private int left;

    PlainRecords(RecordBatch batch) {
        decoder = new RecordDecoder(batch);
        rest = batch.buffer().duplicate().position(RecordBatch.HEADER_BYTES);
        baseOffset = batch.baseOffset();
        left = batch.recordCount();
    }

    @Override
    public boolean hasNext() {
        if (left <= 0 && rest.hasRemaining()) {
            int position = rest.position();
            throw corrupt(
                    rest.remaining() + " bytes are left over after the last record", position);
        }
        return left > 0;
    }

    @Override
    public Record next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the batch has no more records");
        }
        left--;
        int position = rest.position();
        int length = length(position);
        ByteBuffer body = rest.slice(rest.position(), length);
        rest.position(rest.position() + length);
        return decoder.decode(body, position);
    }

    private int length(int position) {
        int length;
        try {
            length = Varint.getInt(rest);
        } catch (BufferUnderflowException | IllegalArgumentException fault) {
            throw corrupt("its length cannot be read", position);
        }
        if (length < 0 || length > rest.remaining()) {
            throw corrupt(
                    "it claims " + length + " bytes, " + rest.remaining() + " are left", position);
        }
        return length;
    }

    private CorruptRecordException corrupt(String what, int position) {
        left = 0;
        rest.position(rest.limit());
        return new CorruptRecordException(
                "reading the record at byte "
                        + position
                        + " of the batch at offset "
                        + baseOffset
                        + ": "
                        + what,
                position);
    }

    @Override
    public void close() {
        left = 0;
        rest.position(rest.limit());
    }
}
