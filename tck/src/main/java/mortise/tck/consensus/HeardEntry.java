package mortise.tck.consensus;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * An entry as a listener heard it.
 *
 * @param records the records in hexadecimal, so that entries compare by value
 */
record HeardEntry(long index, int epoch, List<String> records) {
    private static final HexFormat HEX = HexFormat.of();

    HeardEntry {
        records = List.copyOf(records);
    }

    static HeardEntry of(long index, int epoch, List<byte[]> records) {
        return new HeardEntry(index, epoch, records.stream().map(HEX::formatHex).toList());
    }

    /** A record of a snapshot that holds this entry. */
    byte[] encoded() {
        List<byte[]> bytes = records.stream().map(HEX::parseHex).toList();
        int size = bytes.stream().mapToInt(record -> record.length + Integer.BYTES).sum();
        ByteBuffer buffer = ByteBuffer.allocate(Long.BYTES + Integer.BYTES + size);
        buffer.putLong(index).putInt(epoch);
        bytes.forEach(record -> buffer.putInt(record.length).put(record));
        return buffer.array();
    }

    static HeardEntry decoded(byte[] record) {
        ByteBuffer buffer = ByteBuffer.wrap(record);
        long index = buffer.getLong();
        int epoch = buffer.getInt();
        List<byte[]> records = new ArrayList<>();
        while (buffer.hasRemaining()) {
            byte[] bytes = new byte[buffer.getInt()];
            buffer.get(bytes);
            records.add(bytes);
        }
        return of(index, epoch, records);
    }

    @Override
    public String toString() {
        return index + "@" + epoch + records.stream().map(HeardEntry::shortened).toList();
    }

    private static String shortened(String hex) {
        return hex.length() <= 16 ? hex : hex.substring(0, 16) + "…" + hex.length() / 2;
    }
}
