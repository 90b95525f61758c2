package mortise.api;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An amount of data in bytes. Written as a number with an optional unit: {@code 1048576}, {@code
 * 64KiB}, {@code 1MiB}, {@code 2GiB}, or decimal {@code 10kB}, {@code 5MB}, {@code 1GB}.
 */
public record DataSize(long bytes) implements Comparable<DataSize> {
    private static final Pattern TEXT = Pattern.compile("(\\d+)\\s*([a-zA-Z]*)");

    public DataSize {
        if (bytes < 0) {
            throw new IllegalArgumentException("a data size of " + bytes + " bytes is negative");
        }
    }

    /** {@code count} binary kilobytes of 1,024 bytes. */
    public static DataSize ofKibibytes(long count) {
        return new DataSize(Math.multiplyExact(count, 1L << 10));
    }

    /** {@code count} binary megabytes of 1,048,576 bytes. */
    public static DataSize ofMebibytes(long count) {
        return new DataSize(Math.multiplyExact(count, 1L << 20));
    }

    /**
     * Reads the text form.
     *
     * @throws IllegalArgumentException if the text is no size, with the accepted forms
     */
    public static DataSize parse(String text) {
        Matcher matcher = TEXT.matcher(text.strip());
        if (matcher.matches()) {
            try {
                long number = Long.parseLong(matcher.group(1));
                long unit = unit(matcher.group(2).toLowerCase(Locale.ROOT));
                if (unit > 0) {
                    return new DataSize(Math.multiplyExact(number, unit));
                }
            } catch (ArithmeticException | NumberFormatException tooLarge) {
                throw new IllegalArgumentException(
                        "'" + text + "' is more than 2^63 bytes", tooLarge);
            }
        }
        throw new IllegalArgumentException(
                "'"
                        + text
                        + "' is not a size; write bytes, or a number with KiB, MiB, GiB, TiB, kB, MB, GB or TB");
    }

    private static long unit(String name) {
        return switch (name) {
            case "", "b" -> 1L;
            case "kib", "k" -> 1L << 10;
            case "mib", "m" -> 1L << 20;
            case "gib", "g" -> 1L << 30;
            case "tib", "t" -> 1L << 40;
            case "kb" -> 1_000L;
            case "mb" -> 1_000_000L;
            case "gb" -> 1_000_000_000L;
            case "tb" -> 1_000_000_000_000L;
            default -> -1L;
        };
    }

    @Override
    public int compareTo(DataSize other) {
        return Long.compare(bytes, other.bytes);
    }

    /** The shortest exact form: {@code 64KiB}, else plain bytes. */
    @Override
    public String toString() {
        String[] units = {"KiB", "MiB", "GiB", "TiB"};
        for (int i = units.length - 1; i >= 0; i--) {
            long unit = 1L << (10 * (i + 1));
            if (bytes >= unit && bytes % unit == 0) {
                return bytes / unit + units[i];
            }
        }
        return Long.toString(bytes);
    }
}
