package mortise.record;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.NoSuchElementException;

/**
 * The walk over a compressed batch: a small window slides over the opened bytes, and each record
 * gets an array of its own. Memory grows with bytes that were really there, not with the lengths
 * that the data claims.
 */
final class CompressedRecords implements RecordIteration {
    private static final int WINDOW_BYTES = 16 * 1024;
    private static final int FIRST_CHUNK_BYTES = 64 * 1024;

    private final RecordDecoder decoder;
    private final InputStream opened;
    private final String codec;
    private final long baseOffset;
    private final long maxBytes;
    private final byte[] window = new byte[WINDOW_BYTES];
    private int windowStart;
    private int windowEnd;
    private long position;
    private int left;
    private boolean ended;

    private CompressedRecords(RecordBatch batch, Codec codec, InputStream opened, long maxBytes) {
        decoder = new RecordDecoder(batch);
        this.opened = opened;
        this.codec = codec.name();
        baseOffset = batch.baseOffset();
        this.maxBytes = maxBytes;
        left = batch.recordCount();
    }

    /** Starts the walk; the codec reads a slice, so the batch's own buffer stays as it is. */
    static CompressedRecords open(RecordBatch batch, Codec codec, long maxBytes) {
        ByteBuffer all = batch.buffer();
        int length = all.limit() - RecordBatch.HEADER_BYTES;
        ByteBuffer compressed = all.slice(RecordBatch.HEADER_BYTES, length);
        try {
            InputStream opened = codec.decompressing(compressed, maxBytes);
            return new CompressedRecords(batch, codec, opened, maxBytes);
        } catch (IOException | RuntimeException fault) {
            throw undecodable(codec.name(), batch.baseOffset(), 0, fault);
        }
    }

    @Override
    public boolean hasNext() {
        if (left <= 0 && !ended) {
            ended = true;
            if (nextByte() >= 0) {
                throw corrupt("bytes are left over after the last record", position - 1);
            }
        }
        return left > 0;
    }

    @Override
    public Record next() {
        if (!hasNext()) {
            throw new NoSuchElementException("the batch has no more records");
        }
        left--;
        long start = position;
        try {
            int length = length(start);
            return decoder.decode(ByteBuffer.wrap(bytes(length, start)), start);
        } catch (CorruptRecordException fault) {
            close();
            throw fault;
        }
    }

    private int length(long start) {
        int result = 0;
        for (int shift = 0; shift < 7 * Varint.MAX_INT_BYTES; shift += 7) {
            int next = nextByte();
            if (next < 0) {
                throw corrupt("the data ends, " + (left + 1) + " records early", start);
            }
            result |= (next & 0x7f) << shift;
            if (next < 0x80) {
                return acceptable((result >>> 1) ^ -(result & 1), start);
            }
        }
        throw corrupt("its length cannot be read", start);
    }

    private int acceptable(int length, long start) {
        if (length < 0) {
            throw corrupt("it claims " + length + " bytes", start);
        }
        if (length > maxBytes - position) {
            throw corrupt(
                    "with its "
                            + length
                            + " bytes the batch opens to more than max-decompressed-bytes, "
                            + maxBytes,
                    start);
        }
        return length;
    }

    private int nextByte() {
        if (windowStart == windowEnd) {
            int count = read(window, 0, WINDOW_BYTES);
            if (count <= 0) {
                return -1;
            }
            windowStart = 0;
            windowEnd = count;
        }
        position++;
        return window[windowStart++] & 0xff;
    }

    private byte[] bytes(int length, long start) {
        byte[] bytes = new byte[Math.min(length, FIRST_CHUNK_BYTES)];
        int filled = 0;
        while (filled < length) {
            if (filled == bytes.length) {
                bytes = Arrays.copyOf(bytes, (int) Math.min(length, 2L * bytes.length));
            }
            int count = take(bytes, filled);
            if (count <= 0) {
                throw corrupt(
                        "it claims " + length + " bytes, the data ends after " + filled, start);
            }
            filled += count;
        }
        position += length;
        return bytes;
    }

    private int take(byte[] target, int offset) {
        int wanted = target.length - offset;
        int buffered = windowEnd - windowStart;
        if (buffered == 0 && wanted >= WINDOW_BYTES) {
            return read(target, offset, wanted);
        }
        if (buffered == 0) {
            windowStart = 0;
            windowEnd = Math.max(0, read(window, 0, WINDOW_BYTES));
            buffered = windowEnd;
        }
        int count = Math.min(wanted, buffered);
        System.arraycopy(window, windowStart, target, offset, count);
        windowStart += count;
        return count;
    }

    private int read(byte[] target, int offset, int length) {
        try {
            return opened.read(target, offset, length);
        } catch (IOException | RuntimeException fault) {
            throw undecodable(codec, baseOffset, position, fault);
        }
    }

    private static CorruptRecordException undecodable(
            String codec, long baseOffset, long position, Exception fault) {
        return new CorruptRecordException(
                "decompressing the batch at offset "
                        + baseOffset
                        + " with "
                        + codec
                        + ": "
                        + fault
                        + " after "
                        + position
                        + " bytes",
                position,
                fault);
    }

    private CorruptRecordException corrupt(String what, long at) {
        return new CorruptRecordException(
                "reading the record at byte "
                        + at
                        + " of the opened batch at offset "
                        + baseOffset
                        + ": "
                        + what,
                at);
    }

    @Override
    public void close() {
        left = 0;
        ended = true;
        try {
            opened.close();
        } catch (IOException fault) {
            throw undecodable(codec, baseOffset, position, fault);
        }
    }
}
