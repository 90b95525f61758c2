package mortise.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** UTF-8 written straight from a string's characters; a lone surrogate becomes a question mark. */
final class Utf8 {
    private Utf8() {}

    /** How many bytes the text takes. */
    static int length(String text) {
        int chars = text.length();
        int ascii = 0;
        while (ascii < chars && text.charAt(ascii) < 0x80) {
            ascii++;
        }
        return ascii == chars ? chars : ascii + lengthFrom(text, ascii);
    }

    private static int lengthFrom(String text, int start) {
        int bytes = 0;
        for (int i = start; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes += 1;
            } else if (c < 0x800) {
                bytes += 2;
            } else if (!Character.isSurrogate(c)) {
                bytes += 3;
            } else if (isPair(text, i)) {
                bytes += 4;
                i++;
            } else {
                bytes += 1;
            }
        }
        return bytes;
    }

    private static boolean isPair(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1));
    }

    /** Writes a text whose length in bytes is known. */
    static void write(String text, int bytes, ByteBuffer out) {
        if (bytes != text.length()) {
            out.put(text.getBytes(StandardCharsets.UTF_8));
            return;
        }
        if (out.hasArray()) {
            byte[] array = out.array();
            int at = out.arrayOffset() + out.position();
            out.position(out.position() + bytes);
            for (int i = 0; i < bytes; i++) {
                array[at + i] = oneByte(text.charAt(i));
            }
        } else {
            for (int i = 0; i < bytes; i++) {
                out.put(oneByte(text.charAt(i)));
            }
        }
    }

    /** As many bytes as characters: each is ASCII or a lone surrogate. */
    private static byte oneByte(char c) {
        return (byte) (c < 0x80 ? c : '?');
    }
}
