package mortise.storage.local;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.CRC32C;

/**
 * The bytes of an {@code .epochs} file: what the broker put, and a last line {@code checksum} with
 * the CRC-32C of all before it in 8 hexadecimal digits. Kafka's text has none, and an epoch with a
 * digit that turned looks like any other.
 */
final class EpochsFile {
    private static final String WORD = "checksum ";
    private static final Pattern NUMBERS = Pattern.compile("\\d+( \\d+)?");
    private static final int DIGITS = 8;
    private static final int LINE_BYTES = WORD.length() + DIGITS + 1;

    private EpochsFile() {}

    /** The content with its checksum. */
    static ByteBuffer encode(ByteBuffer content) {
        ByteBuffer whole = ByteBuffer.allocate(content.remaining() + LINE_BYTES);
        return whole.put(content.duplicate()).put(line(content)).flip();
    }

    /** The content, or nothing if it is not what was written. */
    static Optional<ByteBuffer> decode(byte[] file) {
        int bytes = file.length - LINE_BYTES;
        if (bytes >= 0) {
            ByteBuffer content = ByteBuffer.wrap(file, 0, bytes).slice();
            if (line(content).equals(ByteBuffer.wrap(file, bytes, LINE_BYTES))) {
                return Optional.of(content);
            }
        }
        return isPlain(file) ? Optional.of(ByteBuffer.wrap(file)) : Optional.empty();
    }

    /** Whether it is Kafka's text and nothing else, as it was written before it had a checksum. */
    private static boolean isPlain(byte[] file) {
        String text = new String(file, StandardCharsets.US_ASCII);
        List<String> lines = text.lines().toList();
        return text.endsWith("\n")
                && lines.size() >= 2
                && lines.get(1).equals(Integer.toString(lines.size() - 2))
                && lines.stream().allMatch(line -> NUMBERS.matcher(line).matches());
    }

    private static ByteBuffer line(ByteBuffer content) {
        CRC32C sum = new CRC32C();
        sum.update(content.duplicate());
        return StandardCharsets.US_ASCII.encode(
                WORD + HexFormat.of().toHexDigits(sum.getValue(), DIGITS) + "\n");
    }
}
