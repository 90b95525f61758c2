package mortise.api;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Text that somebody else chose (a topic's name, a peer's error message, a plugin's name), made fit
 * for one line of a terminal or a log: what would steer a terminal, forge a line or reorder what is
 * read is written as an escape such as {@code \x1b}, and text without end is cut.
 *
 * <p>Rendering twice changes nothing more. It is for people; what programs read, such as JSON or
 * records, has escapes of its own or none.
 */
public final class ForeignText {
    /** The most characters that one text may take in a message. */
    public static final int LONGEST = 2_000;

    private ForeignText() {}

    /** One line of at most {@link #LONGEST} characters and a few. */
    public static String of(@Nullable Object text) {
        String all = String.valueOf(text);
        return all.length() <= LONGEST
                ? escaped(all)
                : escaped(all.substring(0, LONGEST)) + "… (" + all.length() + " characters)";
    }

    /** One line, however long. */
    public static String escaped(String text) {
        int clean = 0;
        while (clean < text.length() && isPlain(text.charAt(clean))) {
            clean++;
        }
        if (clean == text.length()) {
            return text;
        }
        StringBuilder shown = new StringBuilder(text.length() + 16).append(text, 0, clean);
        int at = clean;
        while (at < text.length()) {
            int letter = text.codePointAt(at);
            append(shown, letter);
            at += Character.charCount(letter);
        }
        return shown.toString();
    }

    private static void append(StringBuilder shown, int letter) {
        if (!isSteering(letter)) {
            shown.appendCodePoint(letter);
        } else if (letter < 0x100) {
            shown.append("\\x").append(HexFormat.of().toHexDigits((byte) letter));
        } else {
            shown.append("\\u{").append(Integer.toHexString(letter)).append('}');
        }
    }

    /** What needs no look at its category. */
    private static boolean isPlain(char letter) {
        return letter >= ' ' && letter < 0x7f;
    }

    /** Controls, line ends, invisible and reordering characters, halves of surrogate pairs. */
    private static boolean isSteering(int letter) {
        return switch (Character.getType(letter)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE ->
                    true;
            default -> false;
        };
    }
}
